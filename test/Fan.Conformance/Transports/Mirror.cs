using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fan.Conformance.Transports;

/// <summary>The service itself.</summary>
public sealed class Mirror : IMirror
{
    /// <summary>What was pushed.</summary>
    public ConcurrentQueue<(double Value, int Count, string Name)> Notes { get; } = new();

    public ValueTask<EveryScalar> ScalarsAsync(EveryScalar value, CancellationToken ct) => new(value);

    public ValueTask<ScalarsWithin> WithinAsync(ScalarsWithin value, CancellationToken ct) => new(value);

    public ValueTask<double> WholeAsync(double value, CancellationToken ct) => new(value);

    public ValueTask<float?> HalfAsync(float? value, CancellationToken ct) => new(value);

    public ValueTask<char> LetterAsync(char value, CancellationToken ct) => new(value);

    public ValueTask<string> TextAsync(string value, CancellationToken ct) => new(value);

    public ValueTask<Chain> ChainAsync(Chain value, CancellationToken ct) => new(value);

    public ValueTask<Branch> BranchAsync(Branch value, CancellationToken ct) => new(value);

    public ValueTask<int[][][][]> ListsAsync(int[][][][] value, CancellationToken ct) => new(value);

    public ValueTask<Dictionary<string, Dictionary<string, Dictionary<string, Dictionary<string, int>>>>> MapsAsync(
        Dictionary<string, Dictionary<string, Dictionary<string, Dictionary<string, int>>>> value, CancellationToken ct) => new(value);

    public ValueTask<string> KindAsync(JsonElement value, CancellationToken ct) => new(value.ValueKind.ToString());

    public ValueTask<JsonElement> ElementAsync(JsonElement value, CancellationToken ct) => new(value);

    public ValueTask<string> MaybeAsync(JsonElement? value, CancellationToken ct) => new(value?.ValueKind.ToString() ?? "none");

    public ValueTask<string> NodeAsync(JsonNode? value, CancellationToken ct) => new(value?.ToJsonString() ?? "none");

    public ValueTask<string> DocumentAsync(JsonDocument? value, CancellationToken ct) => new(value?.RootElement.GetRawText() ?? "none");

    public ValueTask<string> OptionalAsync(JsonElement value, CancellationToken ct) => new(value.ValueKind.ToString());

    public ValueTask<(int, string)> TupleAsync((int Count, string Name) value, CancellationToken ct) => new(value);

    public ValueTask<Tupled> TupledAsync(Tupled value, CancellationToken ct) => new(value);

    public ValueTask<Fielded> FieldedAsync(Fielded value, CancellationToken ct) => new(value);

    public IAsyncEnumerable<(int, double)> TuplesAsync((int, double)[] values, CancellationToken ct) => values.ToAsyncEnumerable();

    public ValueTask NoteAsync(double value, (int Count, string Name) tuple, CancellationToken ct)
    {
        Notes.Enqueue((value, tuple.Count, tuple.Name));
        return default;
    }
}
