using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fan.Messaging;

namespace Fan.Http.Problems;

/// <summary>
/// An error on HTTP: problem details of <see href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</see>, with what Fan's callers need
/// beside them. Immutable.
/// </summary>
internal sealed record Problem
{
    public const string MediaType = "application/problem+json";

    private const string TypePrefix = "urn:fan:error:";

    public string? Type { get; init; }

    public string? Title { get; init; }

    public int? Status { get; init; }

    public string? Detail { get; init; }

    public string? Code { get; init; }

    public string? TraceId { get; init; }

    public string? Service { get; init; }

    public string? Method { get; init; }

    public string? Requested { get; init; }

    public IReadOnlyList<string>? Available { get; init; }

    public string? Place { get; init; }

    public string? ErrorType { get; init; }

    public long? RetryAfterMs { get; init; }

    public static Problem From(WireError error, int status) => new()
    {
        Type = TypePrefix + error.Code,
        Title = ProblemStatus.Title(error.Code),
        Status = status,
        Detail = error.Message,
        Code = error.Code,
        TraceId = error.TraceId,
        Service = error.Service,
        Method = error.Method,
        Requested = error.Requested,
        Available = error.Available,
        Place = error.Place,
        ErrorType = error.Type,
        RetryAfterMs = error.RetryAfterMilliseconds,
    };

    /// <summary>What the far end meant; null where it is a problem of somebody else's.</summary>
    public WireError? ToError() => Code is null ? null : new WireError
    {
        Code = Code,
        Message = Detail ?? Title ?? Code,
        TraceId = TraceId,
        Service = Service,
        Method = Method,
        Requested = Requested,
        Available = Available,
        Place = Place,
        Type = ErrorType,
        RetryAfterMilliseconds = RetryAfterMs,
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ProblemJson.Readable.Problem);
}

[JsonSerializable(typeof(Problem))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    /// <summary>Leaves apostrophes and letters as they are: people read this in terminals.</summary>
    public static ProblemJson Readable { get; } = new(Settings());

    public static JsonSerializerOptions Settings() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
