using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Reads a class, record, struct or tuple as the serializer of JSON takes it.</summary>
internal sealed class WireObjects(WireTypes types)
{
    private const int MaxMembers = 64;

    /// <summary>The object, with its members' types added.</summary>
    /// <param name="type">A type that is no scalar and no collection.</param>
    /// <param name="name">Its name in generated code.</param>
    /// <param name="links">Gets the members that travel, with the places of their types.</param>
    /// <param name="problem">Why it can't cross; null where it can.</param>
    public WireType? Read(INamedTypeSymbol type, string name, List<(string Label, int Type)> links, out string? problem)
    {
        if (type.IsTupleType) return Tuple(type, name, links, out problem);
        problem = JsonRefusals.Of(type);
        if (problem is not null) return null;
        foreach (var derived in JsonAttributes.Derived(type)) links.Add(($"<{derived.Name}>", types.Add(derived.Type)));
        var all = JsonMembers.Of(type, out var isHiding);
        var constructor = type.IsAbstract ? null : JsonMembers.Constructor(type, out problem);
        problem ??= JsonRefusals.Of(type, all, constructor);
        if (problem is not null) return null;
        var members = all.Where(member => !member.IsIgnored).ToArray();
        foreach (var member in members.Where(
            member => JsonMembers.IsReadable(member, constructor) && !member.IsRest && JsonAttributes.Converter(member.Symbol) is null))
            links.Add(("." + member.Symbol.Name, types.Add(member.Type)));

        var isPlain = !isHiding
            && !type.IsAbstract
            && IsPlain(type)
            && IsReached(constructor)
            && members.All(member => member.IsPlain)
            && !JsonMembers.TakesIgnored(all, constructor);
        if (!isPlain) return WireType.Opaque(name, type.IsReferenceType);
        var carried = members.Where(member => member.IsWritten && JsonMembers.IsReadable(member, constructor))
            .Select(member => Carried(member, constructor)).ToArray();
        if (carried.Any(member => member is null) || carried.Length > MaxMembers) return WireType.Opaque(name, type.IsReferenceType);
        // What only goes out must go out here as there: its value is asked for, which may throw, and a plain value can always be written.
        var only = members.Where(member => member.IsWritten && !JsonMembers.IsReadable(member, constructor)).ToArray();
        if (only.Any(member => !IsPlainValue(member.Type))) return WireType.Opaque(name, type.IsReferenceType);
        foreach (var member in only) links.Add(("." + member.Symbol.Name, types.Add(member.Type)));
        var computed = only.Select(Computed);
        // Each tag must mean one thing. What is a field, or of the platform, is left to JSON.
        var isExact = carried.Select(member => CompactWire.TagOf(member!.Name)).Distinct().Count() == carried.Length
            && !members.Any(member => member.IsField) && !WireCollections.IsOfPlatform(type);
        var isDescribed = !members.Any(
            member => member.Setter == JsonSetter.Init && member.Symbol.ContainingType.IsGenericType && !IsParameter(member, constructor));
        return new(
            name,
            WireForm.Object,
            CompactWire.Object,
            type.IsReferenceType,
            "",
            "",
            WireTypes.None,
            WireTypes.None,
            default,
            new(carried!),
            new(computed),
            isExact,
            isDescribed,
            "");
    }

    // Its fields are the items, as Item1, and behind the seventh one a tuple with the rest.
    private WireType Tuple(INamedTypeSymbol type, string name, List<(string Label, int Type)> links, out string? problem)
    {
        problem = null;
        var members = new List<WireMember>();
        foreach (var (item, i) in (type.TupleUnderlyingType ?? type).TypeArguments.Select((item, i) => (item, i)))
        {
            var field = i == 7 ? "Rest" : "Item" + (i + 1);
            var place = types.Add(item);
            links.Add(("." + field, place));
            members.Add(new WireMember(
                i == 7 ? "rest" : "item" + (i + 1),
                field,
                name,
                true,
                IsField: true,
                IsInit: false,
                place,
                WireSetter.Set,
                -1,
                "",
                null,
                MustBeThere: false));
        }

        return new(
            name,
            WireForm.Object,
            CompactWire.Object,
            false,
            "",
            "",
            WireTypes.None,
            WireTypes.None,
            default,
            new(members),
            default,
            IsExact: false,
            IsDescribed: true,
            "");
    }

    private WireMember? Carried(JsonMember member, IMethodSymbol? constructor)
    {
        var parameter = constructor?.Parameters.FirstOrDefault(parameter => JsonMembers.Matches(parameter, member));
        var declaring = member.Symbol.ContainingType;
        WireSetter setter;
        if (parameter is not null)
        {
            // The compiler would have it said again in the initializer.
            if (member.IsRequired && !JsonAttributes.Has(member.Symbol, "JsonRequiredAttribute")) return null;
            setter = WireSetter.Constructor;
        }
        else
        {
            setter = member.Setter == JsonSetter.Init ? WireSetter.Init : WireSetter.Set;
            if (member.Symbol is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })
            {
                setter = declaring.IsValueType ? setter : WireSetter.Required;
            }
            // The way around the compiler's rule does not reach into types with parameters of their own.
            if (setter == WireSetter.Init && (member.IsField || declaring.IsGenericType)) return null;
        }

        return new WireMember(
            member.Name,
            member.Symbol.Name,
            declaring.InSource(SymbolDisplayFormat.FullyQualifiedFormat),
            declaring.IsValueType,
            member.IsField,
            member.Setter == JsonSetter.Init,
            types.Add(member.Type),
            setter,
            parameter?.Ordinal ?? -1, parameter?.Name ?? "", parameter is null ? null : Literals.Of(parameter), member.IsRequired);
    }

    private static bool IsPlainValue(ITypeSymbol type) =>
        WireScalars.Of(type) is not null
        || (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            && WireScalars.Of(nullable.TypeArguments[0]) is not null);

    private WireMember Computed(JsonMember member) => new(
        member.Name,
        member.Symbol.Name,
        member.Symbol.ContainingType.InSource(SymbolDisplayFormat.FullyQualifiedFormat),
        member.Symbol.ContainingType.IsValueType,
        member.IsField,
        IsInit: false,
        types.Add(member.Type), WireSetter.None, -1, "", null, MustBeThere: false);

    private static bool IsParameter(JsonMember member, IMethodSymbol? constructor) =>
        constructor?.Parameters.Any(parameter => JsonMembers.Matches(parameter, member)) ?? false;

    private static bool IsPlain(INamedTypeSymbol type)
    {
        if (!IsVisible(type)
            || type.AllInterfaces.Any(i => i.Name.StartsWith("IJsonOn", System.StringComparison.Ordinal)
                && i.ContainingNamespace?.ToDisplayString() == "System.Text.Json.Serialization"))
        {
            return false;
        }
        for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            if (JsonAttributes.ChangeForm(at)) return false;
        }

        return true;
    }

    private static bool IsReached(IMethodSymbol? constructor) =>
        constructor is null || (constructor.DeclaredAccessibility == Accessibility.Public
        && !constructor.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "SetsRequiredMembersAttribute"));

    private static bool IsVisible(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? at = type; at is not null; at = at.ContainingType)
        {
            if (at.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal)
                || at.IsFileLocal)
            {
                return false;
            }
        }

        return true;
    }
}
