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
        problem = OfPlatform(type) ?? Derived(type);
        if (problem is not null) return null;
        var isPolymorphic = JsonAttributes.Derived(type).Any();
        foreach (var derived in JsonAttributes.Derived(type)) links.Add(($"<{derived.Name}>", types.Add(derived.Type)));
        problem = type.TypeKind switch
        {
            TypeKind.Interface when !isPolymorphic => "is an interface, and nothing says which type to make: name them by [JsonDerivedType], or take a class",
            TypeKind.Class when type.IsAbstract && !isPolymorphic => "is abstract, and nothing says which type to make: name them by [JsonDerivedType]",
            TypeKind.Class or TypeKind.Struct or TypeKind.Interface => null,
            _ => "is no type of which JSON knows the form",
        };
        if (problem is not null) return null;

        var all = JsonMembers.Of(type, out var isHiding);
        if (all.FirstOrDefault(member => member.IsIgnored && member.IsRequired) is { } missing)
        {
            problem = $"has the required member '{missing.Symbol.Name}', which [JsonIgnore] leaves out";
            return null;
        }

        var members = all.Where(member => !member.IsIgnored).ToArray();
        var constructor = type.IsAbstract ? null : JsonMembers.Constructor(type, out problem);
        if (problem is not null) return null;
        foreach (var member in members) problem ??= Check(member, constructor, links);
        problem ??= Unbound(type, constructor, members) ?? Clash(members) ?? Unread(type, constructor, members);
        if (problem is not null) return null;

        var isPlain = !isHiding && !type.IsAbstract && IsPlain(type) && IsReached(constructor) && members.All(member => member.IsPlain) && !IsOfIgnored(type, constructor);
        if (!isPlain) return WireType.Opaque(name, type.IsReferenceType);
        var carried = members.Where(member => member.IsWritten && JsonMembers.IsReadable(member, constructor)).Select(member => Carried(member, constructor)).ToArray();
        if (carried.Any(member => member is null) || carried.Length > MaxMembers) return WireType.Opaque(name, type.IsReferenceType);
        // Each tag must mean one thing. What is a field, or of the platform, is left to JSON.
        var isExact = carried.Select(member => CompactWire.TagOf(member!.Name)).Distinct().Count() == carried.Length
            && !members.Any(member => member.IsField) && !WireCollections.IsOfPlatform(type);
        var isDescribed = !members.Any(member => member.Setter == JsonSetter.Init && member.Symbol.ContainingType.IsGenericType && !IsParameter(member, constructor));
        return new(name, WireForm.Object, CompactWire.Object, type.IsReferenceType, "", "", WireTypes.None, WireTypes.None, default, new(carried!), isExact, isDescribed, "");
    }

    // Objects of the platform keep more than they show. What is a value and can be set is no more than that.
    private static string? OfPlatform(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Class && WireCollections.IsOfPlatform(type) && type.ContainingNamespace?.ToDisplayString() is { } space && (space == "System" || space.StartsWith("System.", System.StringComparison.Ordinal)) && type.Name != "Tuple"
            ? "is a type of the platform that JSON doesn't carry whole" : null;

    private static string? Derived(INamedTypeSymbol type)
    {
        var derived = JsonAttributes.Derived(type).ToArray();
        if (derived.GroupBy(one => one.Name).FirstOrDefault(group => group.Key.Length > 0 && group.Count() > 1) is { } name) return $"has two derived types that JSON calls '{name.Key}'";
        if (derived.GroupBy(one => one.Type, SymbolEqualityComparer.Default).FirstOrDefault(group => group.Count() > 1) is { } twice) return $"names '{twice.Key!.ToDisplayString()}' twice as a derived type";
        return derived.FirstOrDefault(one => !IsA(one.Type, type)).Type is { } foreign ? $"names '{foreign.ToDisplayString()}' as a derived type, which it is not" : null;
    }

    private static bool IsA(ITypeSymbol type, INamedTypeSymbol wanted)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(at, wanted)) return true;
        }

        return type.AllInterfaces.Any(i => SymbolEqualityComparer.Default.Equals(i, wanted));
    }

    private static string? RestOf(JsonMember member) =>
        member.Type.InSource(SymbolDisplayFormat.FullyQualifiedFormat) is "global::System.Text.Json.Nodes.JsonObject"
        || (member.Type is INamedTypeSymbol type && type.AllInterfaces.Prepend(type).Any(i => i is { Name: "IDictionary" or "IReadOnlyDictionary", TypeArguments.Length: 2 }
            && i.TypeArguments[0].SpecialType == SpecialType.System_String && (i.TypeArguments[1].SpecialType == SpecialType.System_Object || i.TypeArguments[1].Name == "JsonElement")))
            ? null : $"has the member '{member.Symbol.Name}' with [JsonExtensionData], which must be a dictionary of texts and JsonElement, or a JsonObject";

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
            members.Add(new WireMember(i == 7 ? "rest" : "item" + (i + 1), field, name, true, IsField: true, IsInit: false, place, WireSetter.Set, -1, "", null, MustBeThere: false));
        }

        return new(name, WireForm.Object, CompactWire.Object, false, "", "", WireTypes.None, WireTypes.None, default, new(members), IsExact: false, IsDescribed: true, "");
    }

    private string? Check(JsonMember member, IMethodSymbol? constructor, List<(string Label, int Type)> links)
    {
        var isRead = JsonMembers.IsReadable(member, constructor);
        if (member.IsRequired && !isRead) return $"has the required member '{member.Symbol.Name}', which JSON can't set";
        if (JsonAttributes.IsIgnoredWhenNull(member.Symbol) && member.Type is { IsValueType: true, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T })
            return $"has the member '{member.Symbol.Name}', which [JsonIgnore] leaves out when it is null, and it never is";
        if (JsonAttributes.Converter(member.Symbol) is not null) return null;
        if (member.IsRest) return RestOf(member);
        if (member.Symbol is IPropertySymbol { RefKind: not RefKind.None }) return $"has the member '{member.Symbol.Name}', which is returned by reference; leave it out by [JsonIgnore]";
        if (isRead) links.Add(("." + member.Symbol.Name, types.Add(member.Type)));
        else if (member.IsWritten && member.Type.SpecialType != SpecialType.System_Object && WireTypes.Never(member.Type) is { } never) return $"has the member '{member.Symbol.Name}' of type '{member.Type.ToDisplayString()}', which {never}; leave it out by [JsonIgnore]";
        return null;
    }

    private static string? Unbound(INamedTypeSymbol type, IMethodSymbol? constructor, JsonMember[] members)
    {
        if (constructor is null) return null;
        if (constructor.Parameters.Length > MaxMembers) return "has a constructor with more than 64 parameters";
        if (constructor.Parameters.GroupBy(parameter => parameter.Name, System.StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return $"is made by a constructor with two parameters that JSON calls '{twice.Key}'";
        var lost = constructor.Parameters.FirstOrDefault(parameter => parameter.RefKind != RefKind.None || !members.Any(member => JsonMembers.Matches(parameter, member)));
        // A base may give what its type does not show.
        return lost is null || IsOfIgnored(type, constructor) ? null
            : lost.RefKind != RefKind.None ? $"is made by a constructor whose parameter '{lost.Name}' is passed by reference"
            : $"is made by a constructor whose parameter '{lost.Name}' is no member of the same name and type; add one, or mark another constructor with [JsonConstructor]";
    }

    // Names of members are read whatever their case.
    private static string? Clash(JsonMember[] members) =>
        members.GroupBy(member => member.Name, System.StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? $"has two members that JSON calls '{twice.Key}': {string.Join(" and ", twice.Select(member => member.Symbol.Name))}" : null;

    private static string? Unread(INamedTypeSymbol type, IMethodSymbol? constructor, JsonMember[] members)
    {
        if (type.IsAbstract || members.Any(member => JsonMembers.IsReadable(member, constructor))) return null;
        if (members.Length == 0 && type.GetMembers().OfType<IFieldSymbol>().Any(field => !field.IsStatic && field.DeclaredAccessibility != Accessibility.Public && field.AssociatedSymbol is null or IEventSymbol))
            return "keeps all that it has to itself, so nothing of it would be sent";
        if (members.Length == 0 && WireCollections.IsOfPlatform(type)) return "is a type of the platform of which JSON carries nothing";
        if (members.FirstOrDefault(member => member.IsWritten && !IsComputed(member)) is not { } lost) return null;
        return type.IsValueType && type.InstanceConstructors.Any(other => other.Parameters.Length > 0)
            ? $"is a struct of which nothing would be read, as '{lost.Symbol.Name}' has no setter; mark its constructor with [JsonConstructor]"
            : $"is a type of which nothing would be read, as '{lost.Symbol.Name}' has no setter";
    }

    /// <summary>The members that are sent and not read back, though they are no computed ones.</summary>
    public static IEnumerable<ISymbol> Lost(INamedTypeSymbol type)
    {
        if (type.IsTupleType || WireCollections.IsOfPlatform(type)) return [];
        if (WireCollections.Of(type, out _) is not null)
        {
            // JSON has the items of a collection, and nothing that stands beside them.
            return JsonMembers.Of(type, out _).Where(member => member is { IsIgnored: false, IsWritten: true } && !IsComputed(member) && !WireCollections.IsOfPlatform(member.Symbol.ContainingType)).Select(member => member.Symbol);
        }

        var constructor = JsonMembers.Constructor(type, out _);
        return JsonMembers.Of(type, out _)
            .Where(member => !member.IsIgnored && member.IsWritten && !JsonMembers.IsReadable(member, constructor) && !IsComputed(member) && member.Symbol.Locations.Any(location => location.IsInSource))
            .Select(member => member.Symbol);
    }

    // The compiler marks the accessors of what it keeps a field for. Of the platform's types none is believed.
    private static bool IsComputed(JsonMember member)
    {
        if (member.Symbol is not IPropertySymbol property || WireCollections.IsOfPlatform(property.ContainingType)) return false;
        return property.Locations.Any(location => location.IsInSource)
            ? !property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property))
            : property.GetMethod?.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute") != true;
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
            if (member.Symbol is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }) setter = declaring.IsValueType ? setter : WireSetter.Required;
            // The way around the compiler's rule does not reach into types with parameters of their own.
            if (setter == WireSetter.Init && (member.IsField || declaring.IsGenericType)) return null;
        }

        return new WireMember(
            member.Name, member.Symbol.Name, declaring.InSource(SymbolDisplayFormat.FullyQualifiedFormat), declaring.IsValueType, member.IsField, member.Setter == JsonSetter.Init, types.Add(member.Type), setter,
            parameter?.Ordinal ?? -1, parameter?.Name ?? "", parameter is null ? null : Literals.Of(parameter), member.IsRequired);
    }

    private static bool IsParameter(JsonMember member, IMethodSymbol? constructor) => constructor?.Parameters.Any(parameter => JsonMembers.Matches(parameter, member)) ?? false;

    private static bool IsPlain(INamedTypeSymbol type)
    {
        if (!IsVisible(type) || type.AllInterfaces.Any(i => i.Name.StartsWith("IJsonOn", System.StringComparison.Ordinal) && i.ContainingNamespace?.ToDisplayString() == "System.Text.Json.Serialization")) return false;
        for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            if (JsonAttributes.ChangeForm(at)) return false;
        }

        return true;
    }

    private static bool IsReached(IMethodSymbol? constructor) =>
        constructor is null || (constructor.DeclaredAccessibility == Accessibility.Public
        && !constructor.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "SetsRequiredMembersAttribute"));

    private static bool IsOfIgnored(INamedTypeSymbol type, IMethodSymbol? constructor) =>
        constructor is not null && JsonMembers.Of(type, out _).Any(member => member.IsIgnored && constructor.Parameters.Any(parameter => JsonMembers.Matches(parameter, member)));

    private static bool IsVisible(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? at = type; at is not null; at = at.ContainingType)
        {
            if (at.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal) || at.IsFileLocal) return false;
        }

        return true;
    }
}
