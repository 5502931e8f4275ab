using System.Text;
using System.Text.Json;
using Fan.Cli.Commands;
using Fan.Queues;

namespace Fan.Cli.Listing;

/// <summary>A message that waits, or a dead letter.</summary>
internal sealed record QueuedMessage
{
    public required string Id { get; init; }

    public required string Method { get; init; }

    public string? Key { get; init; }

    /// <summary>The arguments, where they are JSON; otherwise their bytes in base64, as a text.</summary>
    public required JsonElement Arguments { get; init; }

    /// <summary>How many attempts there were.</summary>
    public required int Attempts { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public DateTimeOffset? DiedAt { get; init; }

    public string? Reason { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Detail { get; init; }

    public string? ErrorType { get; init; }

    public string? Caller { get; init; }

    public string? User { get; init; }

    public string? TraceParent { get; init; }

    public static QueuedMessage Of(QueueDelivery delivery) => Of(delivery.Message) with
    {
        Attempts = delivery.Attempt,
        EnqueuedAt = delivery.EnqueuedAt,
        Detail = delivery.LastFailure,
    };

    public static QueuedMessage Of(DeadLetter letter) => Of(letter.Message) with
    {
        Attempts = letter.Attempts,
        EnqueuedAt = letter.EnqueuedAt,
        DiedAt = letter.DiedAt,
        Reason = letter.Reason,
        Detail = letter.Detail,
        ErrorType = letter.ExceptionType,
    };

    private static QueuedMessage Of(QueueMessage message) => new()
    {
        Id = message.Id,
        Method = message.Method,
        Key = message.Key,
        Arguments = Json(message.Payload),
        Attempts = 0,
        EnqueuedAt = default,
        Caller = message.Headers.Caller,
        User = message.Headers.User,
        TraceParent = message.Headers.TraceParent,
    };

    private static JsonElement Json(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return JsonElement.Parse($"\"{Convert.ToBase64String(payload.Span)}\"");
        }
    }
}
