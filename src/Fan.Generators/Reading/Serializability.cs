using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Types of which it is known that no wire carries them.</summary>
internal static class Serializability
{
    public static bool CanCross(ITypeSymbol type)
    {
        switch (type.TypeKind)
        {
            case TypeKind.Delegate or TypeKind.Pointer or TypeKind.FunctionPointer or TypeKind.Dynamic or TypeKind.TypeParameter: return false;
            case TypeKind.Array: return CanCross(((IArrayTypeSymbol)type).ElementType);
        }

        if (type.IsRefLikeType || type.SpecialType is SpecialType.System_Object or SpecialType.System_IntPtr or SpecialType.System_UIntPtr) return false;
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.ToDisplayString() is "System.IO.Stream" or "System.Delegate" or "System.Threading.Tasks.Task" or "System.Type" or "System.Threading.WaitHandle") return false;
        }

        if (type is INamedTypeSymbol named)
        {
            if (named.Name is "IAsyncEnumerable" or "ValueTask") return false;
            foreach (var argument in named.TypeArguments)
            {
                if (!CanCross(argument)) return false;
            }
        }

        return true;
    }
}
