using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>The shape of a type on the wire, as canonical text: what a fingerprint is made of. CLR names and the order of members do not count.</summary>
internal static class Shapes
{
    public static string Of(ITypeSymbol type) => Of(type, []);

    private static string Of(ITypeSymbol type, List<ITypeSymbol> path)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable) return Of(nullable.TypeArguments[0], path) + "?";
        var mark = type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.Annotated ? "?" : "";
        return Bare(type, path) + mark;
    }

    private static string Bare(ITypeSymbol type, List<ITypeSymbol> path)
    {
        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean: return "bool";
            case SpecialType.System_String: return "string";
            case SpecialType.System_Char: return "char";
            case SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal: return "number";
            case >= SpecialType.System_SByte and <= SpecialType.System_UInt64: return "int";
        }

        if (type.TypeKind == TypeKind.Enum)
            return "enum(" + string.Join(",", type.GetMembers().OfType<IFieldSymbol>().Where(f => f.HasConstantValue).Select(f => f.Name + "=" + f.ConstantValue)) + ")";
        if (type is IArrayTypeSymbol array) return "[" + Of(array.ElementType, path) + "]";

        var index = path.FindIndex(seen => SymbolEqualityComparer.Default.Equals(seen, type));
        if (index >= 0) return "^" + (path.Count - index);

        var named = type.AllInterfaces.Concat(type is INamedTypeSymbol self ? [self] : []).ToArray();
        var map = named.FirstOrDefault(i => i.Name is "IDictionary" or "IReadOnlyDictionary" && i.TypeArguments.Length == 2);
        if (map is not null) return "{*:" + Of(map.TypeArguments[1], path) + "}";
        var list = named.FirstOrDefault(i => i.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T);
        if (list is not null) return "[" + Of(list.TypeArguments[0], path) + "]";

        // A platform type is known to everyone by its name.
        if (IsPlatform(type)) return type.ToDisplayString();

        path.Add(type);
        var members = Properties(type).Select(p => p.Name.ToLowerInvariant() + ":" + Of(p.Type, path)).Distinct().OrderBy(text => text, System.StringComparer.Ordinal).ToArray();
        path.RemoveAt(path.Count - 1);
        return "{" + string.Join(",", members) + "}";
    }

    private static bool IsPlatform(ITypeSymbol type)
    {
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        return space == "System" || space.StartsWith("System.", System.StringComparison.Ordinal) || space == "Fan" || space == "Fan.Generated";
    }

    private static IEnumerable<IPropertySymbol> Properties(ITypeSymbol type)
    {
        for (var at = type; at is not null && at.SpecialType != SpecialType.System_Object; at = at.BaseType)
        {
            foreach (var property in at.GetMembers().OfType<IPropertySymbol>())
            {
                if (property is { DeclaredAccessibility: Accessibility.Public, IsStatic: false, IsIndexer: false, GetMethod: not null }) yield return property;
            }
        }
    }
}
