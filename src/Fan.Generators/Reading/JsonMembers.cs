using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>
/// Which members of a type the serializer of JSON takes with Fan's settings, under which names, and how it makes an object.
/// </summary>
internal static class JsonMembers
{
    // What is there already is filled then.
    private const string Populated = "JsonObjectCreationHandlingAttribute";

    /// <summary>The members of a type and its bases, those of the type first; a member that another one hides is left out.</summary>
    /// <param name="type">A class, record or struct.</param>
    /// <param name="isHiding">Whether a member hides or overrides another one: then more than names decides.</param>
    public static IReadOnlyList<JsonMember> Of(INamedTypeSymbol type, out bool isHiding)
    {
        isHiding = false;
        var members = new List<JsonMember>();
        var names = new HashSet<string>();
        for (INamedTypeSymbol? at = type; at is not null
            && at.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType); at = at.BaseType)
        {
            foreach (var symbol in at.GetMembers())
            {
                if (Read(symbol) is not { } member) continue;
                if (names.Add(symbol.Name)) members.Add(member);
                else isHiding = true;
            }
        }

        return members;
    }

    /// <summary>The constructor that the serializer takes; null where it takes none, as for every struct that marks none.</summary>
    /// <param name="type">A class, record or struct.</param>
    /// <param name="problem">Why the serializer can't make one; null where it can.</param>
    public static IMethodSymbol? Constructor(INamedTypeSymbol type, out string? problem)
    {
        problem = null;
        var marked = type.InstanceConstructors.Where(constructor => JsonAttributes.Has(constructor, "JsonConstructorAttribute")).ToArray();
        if (marked.Length > 1) problem = "has more than one constructor with [JsonConstructor]";
        if (marked.Length > 0) return marked[0];
        if (type.IsValueType) return null;
        var constructors = type.InstanceConstructors.Where(
            constructor => constructor.DeclaredAccessibility == Accessibility.Public).ToArray();
        if (constructors.FirstOrDefault(constructor => constructor.Parameters.Length == 0) is { } plain) return plain;
        if (constructors.Length != 1)
        {
            problem = constructors.Length == 0
                ? "has no public constructor; mark one with [JsonConstructor]"
                : "has several constructors; mark one with [JsonConstructor]";
        }
        return constructors.Length == 1 ? constructors[0] : null;
    }

    public static bool Matches(IParameterSymbol parameter, JsonMember member) =>
        string.Equals(parameter.Name, member.Symbol.Name, StringComparison.OrdinalIgnoreCase)
        && SymbolEqualityComparer.Default.Equals(parameter.Type, member.Type);

    /// <summary>Whether the serializer can give a new object the member's value.</summary>
    public static bool IsReadable(JsonMember member, IMethodSymbol? constructor) =>
        member.Setter is not null
        || JsonAttributes.Has(member.Symbol, Populated)
        || JsonAttributes.Has(member.Symbol.ContainingType, Populated)
        || (constructor?.Parameters.Any(parameter => Matches(parameter, member)) ?? false);

    /// <summary>Whether the constructor takes a member that <c>[JsonIgnore]</c> leaves out.</summary>
    public static bool TakesIgnored(IReadOnlyList<JsonMember> members, IMethodSymbol? constructor) =>
        constructor is not null
        && members.Any(member => member.IsIgnored && constructor.Parameters.Any(parameter => Matches(parameter, member)));

    private static JsonMember? Read(ISymbol symbol)
    {
        if (symbol.IsStatic) return null;
        var isIncluded = JsonAttributes.Has(symbol, "JsonIncludeAttribute");
        switch (symbol)
        {
            case IPropertySymbol { IsIndexer: false } property:
                var isRead = IsPublic(property.GetMethod);
                var isSet = IsPublic(property.SetMethod);
                if (!isRead && !isSet && !isIncluded) return null;
                var setter = property.SetMethod is { } set && (isSet || isIncluded)
                    ? set.IsInitOnly ? JsonSetter.Init : JsonSetter.Set
                    : (JsonSetter?)null;
                // Of another assembly's types the compiler shows only what is public.
                var isPlain = isRead
                    && (isSet || !isIncluded)
                    && property.DeclaredAccessibility == Accessibility.Public
                    && !property.ReturnsByRef
                    && !property.ReturnsByRefReadonly;
                return new JsonMember(
                    property,
                    property.Type,
                    NameOf(property),
                    property.GetMethod is not null && (isRead || isIncluded),
                    setter,
                    IsRequired(property, property.IsRequired),
                    isPlain && !JsonAttributes.ChangeForm(property));
            case IFieldSymbol { IsConst: false } field:
                var isPublic = field.DeclaredAccessibility == Accessibility.Public;
                if (!isPublic && !isIncluded) return null;
                return new JsonMember(
                    field,
                    field.Type,
                    NameOf(field),
                    true,
                    field.IsReadOnly ? null : JsonSetter.Set,
                    IsRequired(field, field.IsRequired),
                    isPublic && !JsonAttributes.ChangeForm(field));
            default: return null;
        }
    }

    private static bool IsPublic(IMethodSymbol? accessor) => accessor is { DeclaredAccessibility: Accessibility.Public };

    private static bool IsRequired(ISymbol symbol, bool byLanguage) => byLanguage || JsonAttributes.Has(symbol, "JsonRequiredAttribute");

    private static string NameOf(ISymbol symbol) => JsonAttributes.NameOf(symbol) ?? CamelCase(symbol.Name);

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
}
