using System;
using System.Collections.Generic;
using System.Linq;

namespace Fan.Shapes;

internal enum TypeForm
{
    /// <summary>A value that every codec knows by the name of its type.</summary>
    Scalar,

    List,
    Map,
    Object,
    Enum,

    /// <summary>It writes itself in its own way: known by its name alone.</summary>
    Opaque,

    /// <summary>Nothing was told of it.</summary>
    Unknown,
}

/// <summary>A type, read from its text and the table that the text belongs to.</summary>
/// <remarks>
/// Texts are <c>int</c>, <c>Wine</c>, <c>T?</c> (may be null), <c>T[]</c> (a list), <c>map&lt;K, V&gt;</c>. The table has a list of lines
/// for each name: members as <c>name: type</c> or <c>required name: type</c> and derived types as <c>derived name: type</c>; or
/// <c>enum int</c> and values as <c>Red = 1</c>; or <c>opaque</c>.
/// </remarks>
internal sealed class TypeShape
{
    public const string Opaque = "opaque";

    private const string EnumMark = "enum ";
    private const string MapMark = "map<";
    private const string DerivedMark = "derived ";

    private static readonly HashSet<string> Scalars = new(StringComparer.Ordinal)
    {
        "bool", "char", "sbyte", "byte", "short", "ushort", "int", "uint", "long", "ulong", "float", "double", "decimal", "string", "bytes",
        "DateTime", "DateTimeOffset", "DateOnly", "TimeOnly", "TimeSpan", "Guid", "Uri", "any", "file",
    };

    private TypeShape(string name, bool isNullable, TypeForm form)
    {
        Name = name;
        IsNullable = isNullable;
        Form = form;
    }

    /// <summary>Its text without the mark for null.</summary>
    public string Name { get; }

    public bool IsNullable { get; }

    public TypeForm Form { get; }

    /// <summary>The type of an item, or of a map's value.</summary>
    public string Item { get; private set; } = "";

    public string Key { get; private set; } = "";

    /// <summary>What an enum travels as: a whole number, or <c>text</c>.</summary>
    public string Underlying { get; private set; } = "";

    public IReadOnlyList<MemberShape> Members { get; private set; } = [];

    /// <summary>The types that may stand for it, by their name on the wire.</summary>
    public IReadOnlyList<MemberShape> Derived { get; private set; } = [];

    /// <summary>The values of an enum by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values { get; private set; } = [];

    public bool HasTable => Form is TypeForm.Object or TypeForm.Enum;

    public static bool IsScalar(string name) => Scalars.Contains(name);

    public static TypeShape Parse(string text, IReadOnlyDictionary<string, IReadOnlyList<string>> types)
    {
        var nullable = text.EndsIn('?');
        var name = nullable ? text.Substring(0, text.Length - 1) : text;
        if (name.EndsWith("[]", StringComparison.Ordinal))
        {
            return new TypeShape(name, nullable, TypeForm.List) { Item = name.Substring(0, name.Length - 2) };
        }

        if (types.TryGetValue(name, out var lines)) return Named(name, nullable, lines);
        if (name.StartsWith(MapMark, StringComparison.Ordinal) && name.EndsIn('>') && Comma(name) is var comma and > 0)
        {
            return new TypeShape(name, nullable, TypeForm.Map)
            {
                Key = name.Substring(MapMark.Length, comma - MapMark.Length),
                Item = name.Substring(comma + 2, name.Length - comma - 3),
            };
        }

        return new TypeShape(name, nullable, Scalars.Contains(name) ? TypeForm.Scalar : TypeForm.Unknown);
    }

    private static TypeShape Named(string name, bool nullable, IReadOnlyList<string> lines)
    {
        if (lines.Count > 0 && lines[0] == Opaque) return new TypeShape(name, nullable, TypeForm.Opaque);
        if (lines.Count > 0 && lines[0].StartsWith(EnumMark, StringComparison.Ordinal))
        {
            return new TypeShape(name, nullable, TypeForm.Enum)
            {
                Underlying = lines[0].Substring(EnumMark.Length),
                Values = [.. lines.Skip(1).Select(Value)],
            };
        }

        return new TypeShape(name, nullable, TypeForm.Object)
        {
            Members = [.. lines.Where(line => !line.StartsWith(DerivedMark, StringComparison.Ordinal)).Select(MemberShape.Parse)],
            Derived = [.. lines.Where(line => line.StartsWith(DerivedMark, StringComparison.Ordinal))
                .Select(line => MemberShape.Parse(line.Substring(DerivedMark.Length)))],
        };
    }

    private static KeyValuePair<string, string> Value(string line)
    {
        var equals = line.IndexOf(" = ", StringComparison.Ordinal);
        return equals < 0 ? new(line, "") : new(line.Substring(0, equals), line.Substring(equals + 3));
    }

    // The one between key and value, not one within them.
    private static int Comma(string map)
    {
        var depth = 0;
        for (var i = MapMark.Length; i < map.Length; i++)
        {
            if (map[i] == '<') depth++;
            else if (map[i] == '>') depth--;
            else if (map[i] == ',' && depth == 0 && map[i + 1] == ' ') return i;
        }

        return -1;
    }
}
