using System.Text.Json.Serialization;

namespace Fan.Http.Problems;

/// <summary>The last line of a sequence that failed: <c>{"$error": {…}}</c>, with problem details in it.</summary>
internal sealed record StreamEnd
{
    public const string MediaType = "application/x-ndjson";

    [JsonPropertyName("$error")]
    public required Problem Error { get; init; }
}

[JsonSerializable(typeof(StreamEnd))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class StreamJson : JsonSerializerContext
{
    /// <summary>As <see cref="ProblemJson.Readable"/>.</summary>
    public static StreamJson Readable { get; } = new(ProblemJson.Settings());
}
