using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Members that are sent and not read back, though they are no computed ones.</summary>
internal static class JsonLosses
{
    /// <summary>Those of a class, record or struct, and those that stand beside the items of a collection.</summary>
    public static IEnumerable<ISymbol> Of(INamedTypeSymbol type)
    {
        if (type.IsTupleType || WireCollections.IsOfPlatform(type)) return [];
        if (WireCollections.Of(type, out _) is not null)
        {
            // JSON has the items of a collection, and nothing that stands beside them.
            return JsonMembers.Of(type, out _).Where(member => member is { IsIgnored: false, IsWritten: true }
                && !IsComputed(member)
                && !WireCollections.IsOfPlatform(member.Symbol.ContainingType)).Select(member => member.Symbol);
        }

        var constructor = JsonMembers.Constructor(type, out _);
        return JsonMembers.Of(type, out _)
            .Where(member => !member.IsIgnored
                && member.IsWritten
                && !JsonMembers.IsReadable(member, constructor)
                && !IsComputed(member)
                && member.Symbol.Locations.Any(location => location.IsInSource))
            .Select(member => member.Symbol);
    }

    /// <summary>Whether a member is worked out each time, and nothing is lost with it.</summary>
    public static bool IsComputed(JsonMember member)
    {
        // The compiler marks the accessors of what it keeps a field for. Of the platform's types none is believed.
        if (member.Symbol is not IPropertySymbol property || WireCollections.IsOfPlatform(property.ContainingType)) return false;
        return property.Locations.Any(location => location.IsInSource)
            ? !property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(
                field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property))
            : property.GetMethod?.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute") != true;
    }
}
