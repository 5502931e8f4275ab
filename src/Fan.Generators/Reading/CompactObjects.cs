using System;
using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Reads a class, record or struct as the serializer of JSON would by default: its public properties, under the same names, constructed in the same way.</summary>
internal static class CompactObjects
{
    private const int MaxMembers = 64;

    // What only says how something is called, or which constructor is taken. Any other attribute of the serializer changes the form.
    private static readonly HashSet<string> Harmless = ["JsonPropertyNameAttribute", "JsonIgnoreAttribute", "JsonRequiredAttribute", "JsonConstructorAttribute", "JsonPropertyOrderAttribute", "JsonIncludeAttribute"];

    public static CompactType? Read(INamedTypeSymbol type, string name, CompactTypes types)
    {
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || type.IsAbstract || type.IsTupleType || type.IsRefLikeType || IsPlatform(type) || !IsVisible(type)) return null;
        if (type.AllInterfaces.Any(i => i.SpecialType == SpecialType.System_Collections_IEnumerable)) return null;
        for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            if (HasForeignForm(at)) return null;
        }

        if (Constructor(type) is not { } constructor) return null;
        var properties = Properties(type).ToArray();
        if (properties.Any(HasForeignForm)) return null;
        properties = [.. properties.Where(property => !IsIgnored(property))];
        var members = new List<CompactMember>();
        foreach (var property in properties)
        {
            var parameter = constructor.Parameters.FirstOrDefault(p => Matches(p, property));
            if (Setter(property, parameter) is not { } setter) continue;
            // The compiler's way around the language's rule does not reach into types with parameters of their own.
            if (setter == CompactSetter.Init && type.IsGenericType) return null;
            members.Add(new CompactMember(
                NameOf(property), property.Name, property.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), type.IsValueType, types.Add(property.Type), setter,
                parameter?.Ordinal ?? -1, parameter is { HasExplicitDefaultValue: true } ? MethodReader.Literal(parameter) : null,
                setter == CompactSetter.Required || Has(property, "JsonRequiredAttribute")));
        }

        // Each parameter must come from a member, and each tag must mean one thing.
        if (constructor.Parameters.Any(p => members.All(m => m.Position != p.Ordinal)) || members.Count > MaxMembers) return null;
        if (members.Select(m => CompactWire.TagOf(m.Name)).Distinct().Count() != members.Count) return null;
        return new(name, CompactForm.Object, CompactWire.Object, type.IsReferenceType, "", "", CompactTypes.None, CompactTypes.None, default, new(members));
    }

    private static IMethodSymbol? Constructor(INamedTypeSymbol type)
    {
        var constructors = type.InstanceConstructors.Where(c => c.DeclaredAccessibility == Accessibility.Public).ToArray();
        if (constructors.FirstOrDefault(c => Has(c, "JsonConstructorAttribute")) is { } chosen) return chosen;
        var plain = constructors.FirstOrDefault(c => c.Parameters.Length == 0);
        var others = constructors.Where(c => c.Parameters.Length > 0).ToArray();
        // A struct can always be made without arguments, which would leave the members of its one constructor out.
        if (plain is { IsImplicitlyDeclared: true } && type.IsValueType && others.Length == 1 && others[0].Parameters.All(p => Properties(type).Any(property => Matches(p, property)))) return others[0];
        return plain ?? (others.Length == 1 ? others[0] : null);
    }

    private static CompactSetter? Setter(IPropertySymbol property, IParameterSymbol? parameter)
    {
        if (parameter is not null) return CompactSetter.Constructor;
        if (property.SetMethod is not { DeclaredAccessibility: Accessibility.Public } setter) return null;
        if (property.IsRequired) return CompactSetter.Required;
        return setter.IsInitOnly ? CompactSetter.Init : CompactSetter.Set;
    }

    private static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol type)
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

    private static bool Matches(IParameterSymbol parameter, IPropertySymbol property) =>
        string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase) && SymbolEqualityComparer.Default.Equals(parameter.Type, property.Type);

    private static string NameOf(IPropertySymbol property) => Json(property, "JsonPropertyNameAttribute")?.ConstructorArguments.FirstOrDefault().Value as string ?? CamelCase(property.Name);

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

    private static bool IsIgnored(IPropertySymbol property) =>
        Json(property, "JsonIgnoreAttribute") is { } ignore && (ignore.NamedArguments.Length == 0 || ignore.NamedArguments[0].Value.Value is 1);

    private static bool HasForeignForm(ISymbol symbol) => symbol.GetAttributes().Any(a => IsJson(a) && !Harmless.Contains(a.AttributeClass!.Name));

    private static bool Has(ISymbol symbol, string attribute) => Json(symbol, attribute) is not null;

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

    private static bool IsPlatform(INamedTypeSymbol type) =>
        type.ContainingNamespace?.ToDisplayString() is { } space && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal) || space.StartsWith("Microsoft.", StringComparison.Ordinal));

    private static bool IsVisible(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? at = type; at is not null; at = at.ContainingType)
        {
            if (at.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal)) return false;
        }

        return type.TypeArguments.OfType<INamedTypeSymbol>().All(IsVisible);
    }
}
