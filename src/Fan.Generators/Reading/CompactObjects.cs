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

    public static CompactType? Read(INamedTypeSymbol type, string name, CompactTypes types)
    {
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || type.IsAbstract || type.IsTupleType || type.IsRefLikeType || IsPlatform(type) || !IsVisible(type)) return null;
        if (type.AllInterfaces.Any(i => i.SpecialType == SpecialType.System_Collections_IEnumerable)) return null;
        for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            if (JsonMembers.HasForeignForm(at)) return null;
        }

        if (JsonMembers.Constructor(type) is not { } constructor) return null;
        var properties = JsonMembers.Properties(type).ToArray();
        if (properties.Any(JsonMembers.HasForeignForm)) return null;
        properties = [.. properties.Where(property => !JsonMembers.IsIgnored(property))];
        var members = new List<CompactMember>();
        foreach (var property in properties)
        {
            var parameter = constructor.Parameters.FirstOrDefault(p => JsonMembers.Matches(p, property));
            if (Setter(property, parameter) is not { } setter) continue;
            // The compiler's way around the language's rule does not reach into types with parameters of their own.
            if (setter == CompactSetter.Init && type.IsGenericType) return null;
            members.Add(new CompactMember(
                JsonMembers.NameOf(property), property.Name, property.ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), type.IsValueType, types.Add(property.Type), setter,
                parameter?.Ordinal ?? -1, parameter is { HasExplicitDefaultValue: true } ? MethodReader.Literal(parameter) : null,
                setter == CompactSetter.Required || JsonMembers.Has(property, "JsonRequiredAttribute")));
        }

        // Each parameter must come from a member, and each tag must mean one thing.
        if (constructor.Parameters.Any(p => members.All(m => m.Position != p.Ordinal)) || members.Count > MaxMembers) return null;
        if (members.Select(m => CompactWire.TagOf(m.Name)).Distinct().Count() != members.Count) return null;
        return new(name, CompactForm.Object, CompactWire.Object, type.IsReferenceType, "", "", CompactTypes.None, CompactTypes.None, default, new(members));
    }

    private static CompactSetter? Setter(IPropertySymbol property, IParameterSymbol? parameter)
    {
        if (parameter is not null) return CompactSetter.Constructor;
        if (property.SetMethod is not { DeclaredAccessibility: Accessibility.Public } setter) return null;
        if (property.IsRequired) return CompactSetter.Required;
        return setter.IsInitOnly ? CompactSetter.Init : CompactSetter.Set;
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
