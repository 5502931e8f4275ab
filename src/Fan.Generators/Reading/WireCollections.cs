using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>What a collection holds, and whether the serializer of JSON can make one.</summary>
/// <param name="Key">The keys of a map; null for a list.</param>
/// <param name="Item">The items, or the values of a map.</param>
/// <param name="Container">What generated code makes of the items.</param>
/// <param name="Maker">How metadata for the serializer is made; empty where the generator can't.</param>
internal sealed record WireCollection(ITypeSymbol? Key, ITypeSymbol Item, WireContainer Container, string Maker);

/// <summary>The collections of the platform and of users.</summary>
internal static class WireCollections
{
    private static readonly Dictionary<string, (WireContainer Container, string Maker)> Lists = new()
    {
        ["System.Collections.Generic.List"] = (WireContainer.List, "List"),
        ["System.Collections.Generic.IList"] = (WireContainer.List, "IList"),
        ["System.Collections.Generic.ICollection"] = (WireContainer.List, "ICollection"),
        ["System.Collections.Generic.IEnumerable"] = (WireContainer.List, "IEnumerable"),
        ["System.Collections.Generic.IReadOnlyList"] = (WireContainer.List, "IEnumerable"),
        ["System.Collections.Generic.IReadOnlyCollection"] = (WireContainer.List, "IEnumerable"),
        ["System.Collections.Generic.HashSet"] = (WireContainer.Set, "HashSet"),
        ["System.Collections.Generic.ISet"] = (WireContainer.Set, "ISet"),
    };

    private static readonly Dictionary<string, string> Maps = new()
    {
        ["System.Collections.Generic.Dictionary"] = "Dictionary",
        ["System.Collections.Generic.IDictionary"] = "IDictionary",
        ["System.Collections.Generic.IReadOnlyDictionary"] = "IReadOnlyDictionary",
    };

    // What else of the platform the serializer both writes and reads, in the same order.
    private static readonly HashSet<string> Others =
    [
        "System.Collections.Generic.SortedSet", "System.Collections.Generic.LinkedList", "System.Collections.Generic.Queue",
        "System.Collections.Generic.SortedDictionary",
        "System.Collections.Generic.SortedList", "System.Collections.Generic.OrderedDictionary",
        "System.Collections.Concurrent.ConcurrentQueue", "System.Collections.Concurrent.ConcurrentDictionary",
        "System.Collections.Immutable.ImmutableArray", "System.Collections.Immutable.ImmutableList",
        "System.Collections.Immutable.IImmutableList", "System.Collections.Immutable.ImmutableHashSet",
        "System.Collections.Immutable.ImmutableSortedSet", "System.Collections.Immutable.IImmutableSet",
        "System.Collections.Immutable.ImmutableQueue", "System.Collections.Immutable.IImmutableQueue",
        "System.Collections.Immutable.ImmutableDictionary", "System.Collections.Immutable.ImmutableSortedDictionary",
        "System.Collections.Immutable.IImmutableDictionary",
        "System.Collections.ObjectModel.Collection", "System.Collections.ObjectModel.ObservableCollection", "System.Memory",
        "System.ReadOnlyMemory",
    ];

    /// <summary>Null where the type is no collection, or one with a problem.</summary>
    public static WireCollection? Of(INamedTypeSymbol type, out string? problem)
    {
        problem = null;
        var name = FullName(type);
        var arguments = type.TypeArguments;
        if (Maps.TryGetValue(name, out var map)) return Map(arguments[0], arguments[1], map, out problem);
        if (Lists.TryGetValue(name, out var list)) return new(null, arguments[0], list.Container, list.Maker);
        if (Others.Contains(name))
        {
            return arguments.Length == 2
                ? Map(arguments[0], arguments[1], "", out problem)
                : new(null, arguments[0], WireContainer.Other, "");
        }
        if (type.SpecialType == SpecialType.System_Collections_IEnumerable
            || type.AllInterfaces.Any(i => i.SpecialType == SpecialType.System_Collections_IEnumerable))
            return IsOfPlatform(type) ? Unreadable(out problem) : OfUser(type, out problem);
        return null;
    }

    public static bool IsOfPlatform(ITypeSymbol type)
    {
        // A namespace of that name may be the user's own.
        if (type.Locations.Any(location => location.IsInSource)) return false;
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        return space == "System"
            || space.StartsWith("System.", System.StringComparison.Ordinal)
            || space.StartsWith("Microsoft.", System.StringComparison.Ordinal);
    }

    private static WireCollection? OfUser(INamedTypeSymbol type, out string? problem)
    {
        problem = null;
        var canBeMade = !type.IsAbstract && type.TypeKind is TypeKind.Class or TypeKind.Struct
            && (type.IsValueType
                || type.InstanceConstructors.Any(
                    constructor => constructor.Parameters.Length == 0 && constructor.DeclaredAccessibility == Accessibility.Public));
        if (canBeMade && Implemented(type, "IDictionary", 2) is { } map)
        {
            return Map(map.TypeArguments[0], map.TypeArguments[1], "", out problem);
        }
        // A stack comes back upside down.
        if (canBeMade && !DerivesFrom(type, "System.Collections.Generic.Stack") && Added(type) is { } list)
        {
            return new(null, list, WireContainer.Other, "");
        }
        return Unreadable(out problem);
    }

    private static ITypeSymbol? Added(INamedTypeSymbol type) =>
        Implemented(type, "ICollection", 1)?.TypeArguments[0]
        ?? (DerivesFrom(type, "System.Collections.Generic.Queue") ? Implemented(type, "IEnumerable", 1)?.TypeArguments[0] : null);

    private static WireCollection? Unreadable(out string? problem)
    {
        problem = "is a collection that JSON can't give back as it was";
        return null;
    }

    private static WireCollection? Map(ITypeSymbol key, ITypeSymbol value, string maker, out string? problem)
    {
        problem = WireScalars.IsKey(key) ? null : $"has keys of type '{key.ToDisplayString()}', which can't be names of members in JSON";
        return problem is null ? new(key, value, WireContainer.Other, maker) : null;
    }

    private static INamedTypeSymbol? Implemented(INamedTypeSymbol type, string name, int arity) =>
        type.AllInterfaces.FirstOrDefault(i => i.Name == name
            && i.TypeArguments.Length == arity
            && i.ContainingNamespace.ToDisplayString() == "System.Collections.Generic");

    private static bool DerivesFrom(INamedTypeSymbol type, string name)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType)
        {
            if (FullName(at) == name) return true;
        }

        return false;
    }

    private static string FullName(INamedTypeSymbol type) => type.ContainingType is not null || type.ContainingNamespace is null
        ? type.Name
        : type.ContainingNamespace.ToDisplayString() + "." + type.Name;
}
