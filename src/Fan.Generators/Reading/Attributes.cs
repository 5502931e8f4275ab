using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Fan's attributes on a method.</summary>
internal static class Attributes
{
    public static AttributeData? Of(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(
            a => a.AttributeClass is { } type && type.Name == name && type.ContainingNamespace.ToDisplayString() == "Fan");

    /// <summary>The attribute of a method, or of the method that it overrides.</summary>
    public static AttributeData? OfMethod(IMethodSymbol method, string name)
    {
        for (var at = method; at is not null; at = at.OverriddenMethod)
        {
            if (Of(at, name) is { } attribute) return attribute;
        }

        return null;
    }

    public static bool IsMarked(IMethodSymbol method) =>
        OfMethod(method, "RpcAttribute") is not null || OfMethod(method, "PushAttribute") is not null;

    public static T? Named<T>(AttributeData? attribute, string name) =>
        attribute?.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value is T value ? value : default;
}
