using System.Text.Json.Serialization;

namespace Fan.Http.Problems;

/// <summary>The last line of a sequence that failed: <c>{"$error": {…}}</c>, with problem details in it.</summary>
internal sealed record StreamEnd
{
    public const string MediaType = "application/x-ndjson";

    [JsonPropertyName("$error")]
    public required Problem Error { get; init; }
}

/// <summary>
/// A line before the end of a sequence, for callers that asked for it: <c>{"$spans": "…"}</c>, as the header <c>fan-spans</c> of other
/// replies.
/// </summary>
internal sealed record StreamSpans
{
    [JsonPropertyName("$spans")]
    public required string Spans { get; init; }
}

[JsonSerializable(typeof(StreamEnd))]
[JsonSerializable(typeof(StreamSpans))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class StreamJson : JsonSerializerContext
{
    /// <summary>As <see cref="ProblemJson.Readable"/>.</summary>
    public static StreamJson Readable { get; } = new(ProblemJson.Settings());
}
