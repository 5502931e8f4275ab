using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Model;
using Fan.Shapes;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>Reads types into the normal form of docs/contracts.md: a text for each, and a table of what they contain.</summary>
internal sealed class ShapeReader
{
    private static readonly SymbolDisplayFormat Full = SymbolDisplayFormat.FullyQualifiedFormat.WithMiscellaneousOptions(
        SymbolDisplayFormat.FullyQualifiedFormat.MiscellaneousOptions
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private readonly Dictionary<string, string> _names = [];
    private readonly SortedDictionary<string, IReadOnlyList<string>> _types = new(System.StringComparer.Ordinal);

    /// <summary>The table of everything that was read so far.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Types => _types;

    public string Of(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            return Of(nullable.TypeArguments[0]) + "?";
        }
        return Bare(type) + (type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.Annotated ? "?" : "");
    }

    private string Bare(ITypeSymbol type)
    {
        if (Scalar(type) is { } scalar) return scalar;
        if (type is IArrayTypeSymbol array) return Of(array.ElementType) + "[]";
        if (type.TypeKind == TypeKind.Enum) return Named(type, Enum);
        if (JsonAttributes.Converter(type) is not null) return Named(type, _ => [TypeShape.Opaque]);

        var named = type.AllInterfaces.Concat(type is INamedTypeSymbol self ? [self] : []).ToArray();
        var map = named.FirstOrDefault(i => i.Name is "IDictionary" or "IReadOnlyDictionary" && i.TypeArguments.Length == 2);
        if (map is not null) return $"map<{Of(map.TypeArguments[0])}, {Of(map.TypeArguments[1])}>";
        var list = named.FirstOrDefault(i => i.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T);
        if (list is not null) return Of(list.TypeArguments[0]) + "[]";
        return Named(type, IsPlatform(type) && !type.IsTupleType ? _ => [TypeShape.Opaque] : Members);
    }

    private string Named(ITypeSymbol type, System.Func<ITypeSymbol, IReadOnlyList<string>> read)
    {
        var full = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(Full);
        if (_names.TryGetValue(full, out var known)) return known;
        var name = NameOf(type);
        if (_types.ContainsKey(name) || TypeShape.IsScalar(name)) name = full.Replace("global::", "");
        _names.Add(full, name);
        // A type may contain itself, so its name is there before it is read.
        _types[name] = [];
        _types[name] = read(type);
        return name;
    }

    private string NameOf(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol named || named.IsTupleType) return type.ToDisplayString();
        var name = IsPlatform(type) ? named.ContainingNamespace.ToDisplayString() + "." + named.Name : named.Name;
        for (var at = named.ContainingType; at is not null; at = at.ContainingType) name = at.Name + "." + name;
        return named.TypeArguments.Length == 0 ? name : $"{name}<{string.Join(", ", named.TypeArguments.Select(Of))}>";
    }

    private IReadOnlyList<string> Members(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol named) return [TypeShape.Opaque];
        if (type.IsTupleType)
        {
            return [.. (named.TupleUnderlyingType ?? named).TypeArguments.Select(
                (item, i) => new MemberShape(i == 7 ? "rest" : "item" + (i + 1), false, Of(item)).ToString())];
        }
        var constructor = JsonMembers.Constructor(named, out var problem);
        // Where the serializer finds no constructor it only writes.
        var canBeRead = problem is null && !type.IsAbstract;
        return
        [
            .. JsonMembers.Of(named, out _)
                .Where(member => !member.IsIgnored && (!canBeRead || JsonMembers.IsReadable(member, constructor)))
                .Select(Member).OrderBy(member => member.Name, System.StringComparer.Ordinal).Select(member => member.ToString()),
            .. JsonAttributes.Derived(named)
                .OrderBy(derived => derived.Name, System.StringComparer.Ordinal)
                .Select(derived => $"derived {derived.Name}: {Of(derived.Type)}"),
        ];
    }

    private MemberShape Member(JsonMember member) => new(
        member.Name,
        member.IsRequired,
        JsonAttributes.Converter(member.Symbol) is { } converter ? Named(converter, _ => [TypeShape.Opaque]) : Of(member.Type));

    private static IReadOnlyList<string> Enum(ITypeSymbol type)
    {
        var values = type.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue);
        var converter = JsonAttributes.Converter(type);
        if (converter is null)
        {
            return [
                "enum " + Scalar(((INamedTypeSymbol)type).EnumUnderlyingType!),
                .. values.Select(field => System.FormattableString.Invariant($"{field.Name} = {field.ConstantValue}"))
            ];
        }
        return converter.Name.StartsWith("JsonStringEnumConverter", System.StringComparison.Ordinal)
            ? ["enum text", .. values.Select(field => field.Name)]
            : [TypeShape.Opaque];
    }

    private static string? Scalar(ITypeSymbol type)
    {
        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean or SpecialType.System_Char or SpecialType.System_String or SpecialType.System_Single
                or SpecialType.System_Double or SpecialType.System_Decimal
                or (>= SpecialType.System_SByte and <= SpecialType.System_UInt64):
                return type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString();
            case SpecialType.System_DateTime: return "DateTime";
        }

        if (type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte }) return "bytes";
        return type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString() switch
        {
            "System.Guid" or "System.DateTimeOffset" or "System.DateOnly" or "System.TimeOnly" or "System.TimeSpan" or "System.Uri" =>
                type.Name,
            "System.ReadOnlyMemory<byte>" or "System.Memory<byte>" => "bytes",
            "System.Text.Json.JsonElement" or "System.Text.Json.JsonDocument" or "System.Text.Json.Nodes.JsonNode" => "any",
            "Fan.FileContent" => "file",
            _ => null,
        };
    }

    private static bool IsPlatform(ITypeSymbol type)
    {
        var space = type.ContainingNamespace?.ToDisplayString() ?? "";
        return space is "System" or "Fan" or "Fan.Generated"
            || space.StartsWith("System.", System.StringComparison.Ordinal)
            || space.StartsWith("Microsoft.", System.StringComparison.Ordinal);
    }
}
