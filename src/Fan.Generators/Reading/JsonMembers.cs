using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Which members of a type the serializer of JSON takes by default, under which names, and what its attributes say of them.</summary>
internal static class JsonMembers
{
    // What only says how something is called, or which constructor is taken. Any other attribute of the serializer changes the form.
    private static readonly HashSet<string> Harmless = ["JsonPropertyNameAttribute", "JsonIgnoreAttribute", "JsonRequiredAttribute", "JsonConstructorAttribute", "JsonPropertyOrderAttribute", "JsonIncludeAttribute"];

    public static IMethodSymbol? Constructor(INamedTypeSymbol type)
    {
        var constructors = type.InstanceConstructors.Where(c => c.DeclaredAccessibility == Accessibility.Public).ToArray();
        if (constructors.FirstOrDefault(c => Has(c, "JsonConstructorAttribute")) is { } chosen) return chosen;
        var plain = constructors.FirstOrDefault(c => c.Parameters.Length == 0);
        var others = constructors.Where(c => c.Parameters.Length > 0).ToArray();
        // A struct can always be made without arguments, which would leave the members of its one constructor out.
        if (plain is { IsImplicitlyDeclared: true } && type.IsValueType && others.Length == 1 && others[0].Parameters.All(p => Properties(type).Any(property => Matches(p, property)))) return others[0];
        return plain ?? (others.Length == 1 ? others[0] : null);
    }

    /// <summary>Whether the serializer can give a new object the property's value.</summary>
    public static bool IsReadable(IPropertySymbol property, IMethodSymbol constructor) =>
        constructor.Parameters.Any(parameter => Matches(parameter, property)) || property.SetMethod is { DeclaredAccessibility: Accessibility.Public };

    public static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol type)
    {
        var names = new HashSet<string>();
        for (INamedTypeSymbol? at = type; at is not null && at.SpecialType != SpecialType.System_Object; at = at.BaseType)
        {
            foreach (var property in at.GetMembers().OfType<IPropertySymbol>())
            {
                if (property is { DeclaredAccessibility: Accessibility.Public, IsStatic: false, IsIndexer: false, GetMethod.DeclaredAccessibility: Accessibility.Public } && names.Add(property.Name)) yield return property;
            }
        }
    }

    public static bool Matches(IParameterSymbol parameter, IPropertySymbol property) =>
        string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase) && SymbolEqualityComparer.Default.Equals(parameter.Type, property.Type);

    public static string NameOf(IPropertySymbol property) => Json(property, "JsonPropertyNameAttribute")?.ConstructorArguments.FirstOrDefault().Value as string ?? CamelCase(property.Name);

    public static bool IsIgnored(IPropertySymbol property) =>
        Json(property, "JsonIgnoreAttribute") is { } ignore && (ignore.NamedArguments.Length == 0 || ignore.NamedArguments[0].Value.Value is 1);

    public static bool HasForeignForm(ISymbol symbol) => symbol.GetAttributes().Any(a => IsJson(a) && !Harmless.Contains(a.AttributeClass!.Name));

    public static bool Has(ISymbol symbol, string attribute) => Json(symbol, attribute) is not null;

    /// <summary>The converter that an attribute names, or the attribute itself where it is one of one's own; null where there is none.</summary>
    public static ITypeSymbol? Converter(ISymbol symbol)
    {
        foreach (var attribute in symbol.GetAttributes())
        {
            for (var at = attribute.AttributeClass; at is not null; at = at.BaseType)
            {
                if (at.Name == "JsonConverterAttribute" && at.ContainingNamespace?.ToDisplayString() == "System.Text.Json.Serialization")
                    return attribute.ConstructorArguments.FirstOrDefault().Value as ITypeSymbol ?? attribute.AttributeClass;
            }
        }

        return null;
    }

    /// <summary>The types that may stand for this one, by what the wire calls them.</summary>
    public static IEnumerable<(string Name, ITypeSymbol Type)> Derived(INamedTypeSymbol type) =>
        type.GetAttributes().Where(a => IsJson(a) && a.AttributeClass!.Name == "JsonDerivedTypeAttribute" && a.ConstructorArguments.FirstOrDefault().Value is ITypeSymbol)
            .Select(a => (a.ConstructorArguments.Length > 1 ? a.ConstructorArguments[1].Value?.ToString() ?? "" : "", (ITypeSymbol)a.ConstructorArguments[0].Value!));

    // As the serializer does it: a run of capitals becomes small, up to the one before a small letter.
    private static string CamelCase(string name)
    {
        var letters = name.ToCharArray();
        for (var i = 0; i < letters.Length && char.IsUpper(letters[i]); i++)
        {
            if (i > 0 && i + 1 < letters.Length && !char.IsUpper(letters[i + 1])) break;
            letters[i] = char.ToLowerInvariant(letters[i]);
        }

        return new string(letters);
    }

    private static AttributeData? Json(ISymbol symbol, string attribute) => symbol.GetAttributes().FirstOrDefault(a => IsJson(a) && a.AttributeClass!.Name == attribute);

    // A converter of one's own is an attribute that derives from the serializer's.
    private static bool IsJson(AttributeData attribute)
    {
        for (var at = attribute.AttributeClass; at is not null; at = at.BaseType)
        {
            if (at.ContainingNamespace?.ToDisplayString() == "System.Text.Json.Serialization") return true;
        }

        return false;
    }
}
