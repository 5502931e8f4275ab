namespace Fan.Meaning.Tests.Cases;

/// <summary>Draws the types of members, arguments and results.</summary>
internal sealed class TypeChoice(Draw draw, CaseTypes declared, int wildness)
{
    private static readonly TypeText[] Scalars =
    [
        Number("int", "7"), Number("int", "-1"), Number("long", "9007199254740993"), Number("short", "-5"), Number("sbyte", "-128"),
        Number("byte", "200"), Number("ushort", "65535"),
        Number("uint", "4000000000"), Number("ulong", "18446744073709551615"), Number("float", "float.PositiveInfinity"),
        Number("float", "1.5f"), Number("double", "-0.0"), Number("double", "double.NaN"),
        Number("double", "2.5"), Number("decimal", "1.10m"), Number("decimal", "0.0m"),
        new("bool", true, "true"), new("char", true, "'\\''"), new("string", false, "\"a\\\"\\n\\u2028\"", TypeSort.Text),
        new("string", false, "\"\"", TypeSort.Text),
        new("Guid", true), new("DateTime", true), new("DateTimeOffset", true), new("DateOnly", true), new("TimeOnly", true),
        new("TimeSpan", true), new("Uri", false), new("byte[]", false),
        new("ReadOnlyMemory<byte>", true),
    ];

    private static readonly TypeText[] Platform =
    [
        new("Half", true), new("Int128", true), new("UInt128", true), new("Version", false), new("System.Text.Json.JsonElement", true),
        new("System.Text.Json.Nodes.JsonNode", false),
        new("System.Text.Json.Nodes.JsonObject", false), new("System.Text.Json.Nodes.JsonArray", false), new("Memory<byte>", true),
        new("Fan.FileContent", false), new("System.Text.Json.JsonDocument", false),
        new("Vocabulary.NumberBag", false, null, TypeSort.List), new("Vocabulary.WordMap", false, null, TypeSort.Map),
        new("Vocabulary.Countdown", false), new("Vocabulary.Money", true),
        new("Vocabulary.Mark", true), new("Vocabulary.Plain", false, null, TypeSort.Object), new("Vocabulary.Point", false),
        new("System.Numerics.BigInteger", true), new("System.Numerics.Complex", true),
        new("System.Text.Rune", true), new("Index", true), new("System.Collections.BitArray", false), new("System.Net.IPAddress", false),
        new("System.Globalization.CultureInfo", false),
    ];

    private static readonly string[] Uncrossable =
        [
            "object", "Action", "System.IO.Stream", "Type", "nint", "int[,]", "Exception", "Vocabulary.IThing", "Func<int>",
            "System.Collections.IEnumerable", "Lazy<int>", "Task", "Vocabulary.Thing[][,]"
        ];

    private static readonly string[] KeyTypes =
        [
            "string", "string", "int", "Guid", "long", "byte", "sbyte", "ushort", "uint", "ulong", "short", "bool", "char", "double",
            "float", "decimal", "DateTime", "DateTimeOffset", "DateOnly", "TimeOnly", "TimeSpan", "Uri", "Version", "Half", "Int128"
        ];

    private static readonly string[] Lists =
        [
            "List<{0}>", "List<{0}>", "IList<{0}>", "IReadOnlyList<{0}>", "ICollection<{0}>", "IReadOnlyCollection<{0}>",
            "IEnumerable<{0}>", "HashSet<{0}>", "ISet<{0}>"
        ];

    private static readonly string[] OtherLists =
    [
        "System.Collections.Immutable.ImmutableArray<{0}>", "System.Collections.Immutable.ImmutableList<{0}>", "Queue<{0}>", "Stack<{0}>",
        "LinkedList<{0}>",
        "SortedSet<{0}>", "System.Collections.ObjectModel.Collection<{0}>", "System.Collections.ObjectModel.ReadOnlyCollection<{0}>",
        "System.Collections.Concurrent.ConcurrentQueue<{0}>", "ArraySegment<{0}>",
        "Memory<{0}>", "IReadOnlySet<{0}>",
    ];

    private static readonly string[] Maps =
    [
        "Dictionary<{0}, {1}>",
        "Dictionary<{0}, {1}>",
        "IDictionary<{0}, {1}>",
        "IReadOnlyDictionary<{0}, {1}>"
    ];

    private static readonly string[] OtherMaps =
    [
        "SortedDictionary<{0}, {1}>",
        "System.Collections.Concurrent.ConcurrentDictionary<{0}, {1}>",
        "System.Collections.Immutable.ImmutableDictionary<{0}, {1}>",
        "List<KeyValuePair<{0}, {1}>>",
        "KeyValuePair<{0}, {1}>",
        "SortedList<{0}, {1}>",
        "System.Collections.ObjectModel.ReadOnlyDictionary<{0}, {1}>",
        "OrderedDictionary<{0}, {1}>",
    ];

    private bool IsWild(int percent) => wildness > 1 && draw.Chance(percent);

    public TypeText Any(int depth = 0)
    {
        var type = NotNull(depth);
        return !type.Text.EndsWith('?') && draw.Chance(25) ? type.Nullable() : type;
    }

    public TypeText Scalar() => draw.Of(Scalars);

    public TypeText WithLiteral()
    {
        while (true)
        {
            var type = draw.Chance(75) || declared.Enums.Count == 0 ? Scalar() : declared.Enum(draw);
            if (type.Literal is not null) return type;
        }
    }

    private TypeText NotNull(int depth)
    {
        if (IsWild(1)) return new(draw.Of(Uncrossable), false);
        if (IsWild(5)) return draw.Of(Platform);
        return draw.Below(depth > 2 ? 11 : 16) switch
        {
            < 8 => Scalar(),
            8 => declared.Enums.Count > 0 ? declared.Enum(draw) : Scalar(),
            9 or 10 => declared.Object(draw, depth, Any) ?? Scalar(),
            11 or 12 => List(depth),
            13 => Map(depth),
            14 when wildness > 0 => Tuple(depth),
            _ => declared.Object(draw, depth, Any) ?? List(depth),
        };
    }

    public TypeText List(int depth)
    {
        var element = Any(depth + 1).Text;
        if (draw.Chance(25)) return new(element + "[]", false, null, TypeSort.List);
        return new(string.Format(null, IsWild(25) ? draw.Of(OtherLists) : draw.Of(Lists), element), false, null, TypeSort.List);
    }

    public TypeText Map(int depth)
    {
        var key = draw.Chance(15) && declared.Enums.Count > 0 ? declared.Enum(draw).Text : IsWild(5) ? Any(3).Text : draw.Of(KeyTypes);
        return new(
            string.Format(null, IsWild(25) ? draw.Of(OtherMaps) : draw.Of(Maps), key, Any(depth + 1).Text), false, null, TypeSort.Map);
    }

    private TypeText Tuple(int depth)
    {
        if (draw.Chance(25)) return new($"Tuple<{string.Join(", ", Some(draw.Between(1, 3), depth))}>", false);
        var count = draw.Chance(80) ? draw.Between(2, 4) : draw.Between(7, 10);
        return new($"({string.Join(", ", Some(count, depth).Select((text, i) => draw.Chance(40) ? $"{text} Part{i}" : text))})", true);
    }

    private List<string> Some(int count, int depth) => [.. Enumerable.Range(0, count).Select(_ => Any(depth + 2).Text)];

    private static TypeText Number(string text, string literal) => new(text, true, literal, TypeSort.Number);
}
