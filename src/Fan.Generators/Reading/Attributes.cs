using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Fan's attributes on a method.</summary>
internal static class Attributes
{
    public static AttributeData? Of(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass is { } type && type.Name == name && type.ContainingNamespace.ToDisplayString() == "Fan");

    public static bool IsMarked(IMethodSymbol method) => Of(method, "RpcAttribute") is not null || Of(method, "PushAttribute") is not null;

    public static T? Named<T>(AttributeData? attribute, string name) =>
        attribute?.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value is T value ? value : default;
}
