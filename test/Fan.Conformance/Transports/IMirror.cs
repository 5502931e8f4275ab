using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fan.Conformance.Transports;

public enum Grape : byte
{
    Saperavi = 1,
    Kisi = 200,
}

public enum Distance : long
{
    Nowhere = long.MinValue,
    Far = long.MaxValue,
}

/// <summary>A value of each scalar kind.</summary>
public sealed record EveryScalar(
    bool Flag,
    byte U8,
    sbyte S8,
    short S16,
    ushort U16,
    int S32,
    uint U32,
    long S64,
    ulong U64,
    char Letter,
    float Half,
    double Whole,
    decimal Money,
    string Text,
    Guid Id,
    DateTime At, DateTimeOffset Since, DateOnly Day, TimeOnly Time, TimeSpan Span, Grape Grape, Distance Distance, Uri Link, byte[] Bytes);

/// <summary>Scalars where others stand: as keys, as items, and where they may be missing.</summary>
public sealed record ScalarsWithin(
    Dictionary<string, double> Weights,
    Dictionary<char, float> Letters,
    Dictionary<DateTime, decimal> Moments,
    List<double> Wholes,
    float[] Halves,
    List<string> Texts,
    List<char> Chars,
    double? Maybe,
    decimal?[] Prices);

public sealed record Chain(int Number, Chain? Next);

public sealed record Branch(List<Branch> Branches);

/// <summary>Tuples as members, long ones, and a field.</summary>
public sealed class Tupled
{
    public ((int, string) Inner, double? Maybe) Nested { get; set; }

    public (int, int, int, int, int, int, int, string, (long, long)) Wide { get; set; }

    public Dictionary<string, (int X, int Y)> Points { get; set; } = [];

    [SuppressMessage("Design", "CA1051", Justification = "What it is about.")]
    public int Field;
}

/// <summary>What is lost by whoever looks at properties alone.</summary>
public sealed class Fielded
{
    public int Property { get; set; }

    [SuppressMessage("Design", "CA1051", Justification = "What it is about.")]
    public int Field;
}

/// <summary>Gives back what it is given.</summary>
[Service("mirror")]
public interface IMirror
{
    ValueTask<EveryScalar> ScalarsAsync(EveryScalar value, CancellationToken ct = default);

    ValueTask<ScalarsWithin> WithinAsync(ScalarsWithin value, CancellationToken ct = default);

    ValueTask<double> WholeAsync(double value, CancellationToken ct = default);

    ValueTask<float?> HalfAsync(float? value, CancellationToken ct = default);

    ValueTask<char> LetterAsync(char value, CancellationToken ct = default);

    ValueTask<string> TextAsync(string value, CancellationToken ct = default);

    ValueTask<Chain> ChainAsync(Chain value, CancellationToken ct = default);

    ValueTask<Branch> BranchAsync(Branch value, CancellationToken ct = default);

    ValueTask<int[][][][]> ListsAsync(int[][][][] value, CancellationToken ct = default);

    ValueTask<Dictionary<string, Dictionary<string, Dictionary<string, Dictionary<string, int>>>>> MapsAsync(
        Dictionary<string, Dictionary<string, Dictionary<string, Dictionary<string, int>>>> value, CancellationToken ct = default);

    ValueTask<string> KindAsync(JsonElement value, CancellationToken ct = default);

    ValueTask<JsonElement> ElementAsync(JsonElement value, CancellationToken ct = default);

    ValueTask<string> MaybeAsync(JsonElement? value, CancellationToken ct = default);

    ValueTask<string> NodeAsync(JsonNode? value, CancellationToken ct = default);

    ValueTask<string> DocumentAsync(JsonDocument? value, CancellationToken ct = default);

    ValueTask<string> OptionalAsync(JsonElement value = default, CancellationToken ct = default);

    ValueTask<(int, string)> TupleAsync((int Count, string Name) value, CancellationToken ct = default);

    ValueTask<Tupled> TupledAsync(Tupled value, CancellationToken ct = default);

    ValueTask<Fielded> FieldedAsync(Fielded value, CancellationToken ct = default);

    IAsyncEnumerable<(int, double)> TuplesAsync((int, double)[] values, CancellationToken ct = default);

    [Push]
    ValueTask NoteAsync(double value, (int Count, string Name) tuple, CancellationToken ct = default);
}
