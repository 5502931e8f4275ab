using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>
/// Why the serializer of JSON would refuse an object at the first call, or carry nothing of it: each as the end of a sentence.
/// </summary>
internal static class JsonRefusals
{
    private const int MaxParameters = 64;

    /// <summary>What is wrong with the type itself; null where nothing is.</summary>
    public static string? Of(INamedTypeSymbol type) => OfPlatform(type) ?? Derived(type) ?? Unmade(type);

    /// <summary>What is wrong with its members and the constructor that the serializer takes; null where nothing is.</summary>
    public static string? Of(INamedTypeSymbol type, IReadOnlyList<JsonMember> all, IMethodSymbol? constructor)
    {
        if (all.FirstOrDefault(member => member.IsIgnored && member.IsRequired) is { } missing)
        {
            return $"has the required member '{missing.Symbol.Name}', which [JsonIgnore] leaves out";
        }
        var members = all.Where(member => !member.IsIgnored).ToArray();
        // A parameter of the name of a member that is left out gets its default.
        return members.Select(member => Of(member, constructor)).FirstOrDefault(problem => problem is not null)
            ?? Unbound(constructor, all) ?? Clash(members) ?? Unread(type, constructor, members);
    }

    private static string? Unmade(INamedTypeSymbol type) => type.TypeKind switch
    {
        TypeKind.Interface when !JsonAttributes.Derived(type).Any() =>
            "is an interface, and nothing says which type to make: name them by [JsonDerivedType], or take a class",
        TypeKind.Class when type.IsAbstract && !JsonAttributes.Derived(type).Any() =>
            "is abstract, and nothing says which type to make: name them by [JsonDerivedType]",
        TypeKind.Class or TypeKind.Struct or TypeKind.Interface => null,
        _ => "is no type of which JSON knows the form",
    };

    // Objects of the platform keep more than they show. What is a value and can be set is no more than that.
    private static string? OfPlatform(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Class
            && WireCollections.IsOfPlatform(type)
            && type.ContainingNamespace?.ToDisplayString() is { } space
            && (space == "System" || space.StartsWith("System.", System.StringComparison.Ordinal))
            && type.Name != "Tuple"
            ? "is a type of the platform that JSON doesn't carry whole" : null;

    private static string? Derived(INamedTypeSymbol type)
    {
        var derived = JsonAttributes.Derived(type).ToArray();
        if (derived.GroupBy(one => one.Name).FirstOrDefault(group => group.Key.Length > 0 && group.Count() > 1) is { } name)
        {
            return $"has two derived types that JSON calls '{name.Key}'";
        }
        if (derived.GroupBy(one => one.Type, SymbolEqualityComparer.Default).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return $"names '{twice.Key!.ToDisplayString()}' twice as a derived type";
        }
        return derived.FirstOrDefault(one => !IsA(one.Type, type)).Type is { } foreign
            ? $"names '{foreign.ToDisplayString()}' as a derived type, which it is not"
            : null;
    }

    private static bool IsA(ITypeSymbol type, INamedTypeSymbol wanted)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(at, wanted)) return true;
        }

        return type.AllInterfaces.Any(i => SymbolEqualityComparer.Default.Equals(i, wanted));
    }

    private static string? Of(JsonMember member, IMethodSymbol? constructor)
    {
        var isRead = JsonMembers.IsReadable(member, constructor);
        if (member.IsRequired && !JsonMembers.IsReadable(member, null))
        {
            return $"has the required member '{member.Symbol.Name}', which JSON can't set";
        }
        if (JsonAttributes.IsIgnoredWhenNull(member.Symbol)
            && member.Type is { IsValueType: true, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T })
            return $"has the member '{member.Symbol.Name}', which [JsonIgnore] leaves out when it is null, and it never is";
        if (JsonAttributes.Converter(member.Symbol) is not null) return null;
        if (member.IsRest) return RestOf(member);
        if (member.Symbol is IPropertySymbol { RefKind: not RefKind.None })
        {
            return $"has the member '{member.Symbol.Name}', which is returned by reference; leave it out by [JsonIgnore]";
        }
        // What is read is looked at with its own type. What is only written may be anything that can be written.
        return !isRead
            && member.IsWritten
            && member.Type.SpecialType != SpecialType.System_Object
            && WireTypes.Never(member.Type) is { } never
            ? $"has the member '{member.Symbol.Name}' of type '{member.Type.ToDisplayString()}', which {never}; " +
                "leave it out by [JsonIgnore]"
            : null;
    }

    private static string? RestOf(JsonMember member) =>
        member.Type.InSource(SymbolDisplayFormat.FullyQualifiedFormat) is "global::System.Text.Json.Nodes.JsonObject"
        || (member.Type is INamedTypeSymbol type
            && type.AllInterfaces.Prepend(type).Any(i => i is { Name: "IDictionary" or "IReadOnlyDictionary", TypeArguments.Length: 2 }
                && i.TypeArguments[0].SpecialType == SpecialType.System_String
                && (i.TypeArguments[1].SpecialType == SpecialType.System_Object || i.TypeArguments[1].Name == "JsonElement")))
            ? null
            : $"has the member '{member.Symbol.Name}' with [JsonExtensionData], " +
                "which must be a dictionary of texts and JsonElement, or a JsonObject";

    private static string? Unbound(IMethodSymbol? constructor, IReadOnlyList<JsonMember> members)
    {
        if (constructor is null) return null;
        if (constructor.Parameters.Length > MaxParameters) return "has a constructor with more than 64 parameters";
        if (constructor.Parameters.GroupBy(parameter => parameter.Name, System.StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"is made by a constructor with two parameters that JSON calls '{twice.Key}'";
        var lost = constructor.Parameters.FirstOrDefault(
            parameter => parameter.RefKind != RefKind.None || !members.Any(member => JsonMembers.Matches(parameter, member)));
        return lost is null ? null
            : lost.RefKind != RefKind.None ? $"is made by a constructor whose parameter '{lost.Name}' is passed by reference"
            : $"is made by a constructor whose parameter '{lost.Name}' is no member of the same name and type; add one, " +
                "or mark another constructor with [JsonConstructor]";
    }

    // Names of members are read whatever their case.
    private static string? Clash(JsonMember[] members) =>
        members.GroupBy(member => member.Name, System.StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(group => group.Count() > 1) is { } twice
            ? $"has two members that JSON calls '{twice.Key}': {string.Join(" and ", twice.Select(member => member.Symbol.Name))}" : null;

    private static string? Unread(INamedTypeSymbol type, IMethodSymbol? constructor, JsonMember[] members)
    {
        if (type.IsAbstract || members.Any(member => JsonMembers.IsReadable(member, constructor))) return null;
        if (members.Length == 0
            && type.GetMembers().OfType<IFieldSymbol>().Any(field => !field.IsStatic
                && field.DeclaredAccessibility != Accessibility.Public
                && field.AssociatedSymbol is null or IEventSymbol))
            return "keeps all that it has to itself, so nothing of it would be sent";
        if (members.Length == 0 && WireCollections.IsOfPlatform(type)) return "is a type of the platform of which JSON carries nothing";
        if (members.FirstOrDefault(member => member.IsWritten && !JsonLosses.IsComputed(member)) is not { } lost) return null;
        return type.IsValueType && type.InstanceConstructors.Any(other => other.Parameters.Length > 0)
            ? $"is a struct of which nothing would be read, as '{lost.Symbol.Name}' has no setter; " +
                "mark its constructor with [JsonConstructor]"
            : $"is a type of which nothing would be read, as '{lost.Symbol.Name}' has no setter";
    }
}
