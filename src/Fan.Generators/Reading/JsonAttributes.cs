using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>What the attributes of the serializer say.</summary>
internal static class JsonAttributes
{
    private const string Namespace = "System.Text.Json.Serialization";

    // What only says how something is called, in which order, or which constructor is taken. Any other attribute changes the form.
    private static readonly HashSet<string> Harmless =
        [
            "JsonPropertyNameAttribute",
            "JsonIgnoreAttribute",
            "JsonRequiredAttribute",
            "JsonConstructorAttribute",
            "JsonPropertyOrderAttribute",
            "JsonIncludeAttribute",
            "JsonSerializableAttribute"
        ];

    public static bool Has(ISymbol symbol, string attribute) => Find(symbol, attribute) is not null;

    /// <summary>Whether an attribute changes how something stands in JSON.</summary>
    public static bool ChangeForm(ISymbol symbol) =>
        symbol.GetAttributes().Any(attribute => IsJson(attribute) && !Harmless.Contains(attribute.AttributeClass!.Name))
        || (!IsIgnored(symbol) && Condition(symbol) is not (null or Never));

    public static bool IsIgnored(ISymbol symbol) => Condition(symbol) is Always;

    public static bool IsIgnoredWhenNull(ISymbol symbol) => Condition(symbol) is WhenWritingNull;

    public static string? NameOf(ISymbol symbol) =>
        Find(symbol, "JsonPropertyNameAttribute")?.ConstructorArguments.FirstOrDefault().Value as string;

    /// <summary>
    /// The converter that an attribute names, or the attribute itself where it is one of one's own; null where there is none.
    /// </summary>
    public static ITypeSymbol? Converter(ISymbol symbol)
    {
        foreach (var attribute in symbol.GetAttributes())
        {
            if (Derives(attribute, type => type.Name == "JsonConverterAttribute" && IsOfSerializer(type)))
                return attribute.ConstructorArguments.FirstOrDefault().Value as ITypeSymbol ?? attribute.AttributeClass;
        }

        return null;
    }

    /// <summary>The types that may stand for this one, by what the wire calls them.</summary>
    public static IEnumerable<(string Name, ITypeSymbol Type)> Derived(INamedTypeSymbol type) =>
        type.GetAttributes().Where(attribute => IsJson(attribute)
            && attribute.AttributeClass!.Name == "JsonDerivedTypeAttribute"
            && attribute.ConstructorArguments.FirstOrDefault().Value is ITypeSymbol)
            .Select(attribute => (
                attribute.ConstructorArguments.Length > 1 ? attribute.ConstructorArguments[1].Value?.ToString() ?? "" : "",
                (ITypeSymbol)attribute.ConstructorArguments[0].Value!));

    private const int Never = 0;
    private const int Always = 1;
    private const int WhenWritingNull = 3;

    // Where nothing is said it is Always.
    private static int? Condition(ISymbol symbol) => Find(symbol, "JsonIgnoreAttribute") is not { } ignore ? null
        : ignore.NamedArguments.FirstOrDefault(argument => argument.Key == "Condition").Value.Value as int? ?? Always;

    private static AttributeData? Find(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(attribute => IsJson(attribute) && attribute.AttributeClass!.Name == name);

    // A converter of one's own is an attribute that derives from the serializer's.
    private static bool IsJson(AttributeData attribute) => Derives(attribute, IsOfSerializer);

    private static bool IsOfSerializer(INamedTypeSymbol type) => type.ContainingNamespace?.ToDisplayString() == Namespace;

    private static bool Derives(AttributeData attribute, Func<INamedTypeSymbol, bool> isWanted)
    {
        for (var at = attribute.AttributeClass; at is not null; at = at.BaseType)
        {
            if (isWanted(at)) return true;
        }

        return false;
    }
}
