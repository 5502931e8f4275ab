using System.Globalization;
using Fan.Messaging;
using Fan.Queues;
using Fan.Redis.Connections;
using StackExchange.Redis;

namespace Fan.Redis.Queues;

/// <summary>A message as the fields of a hash, or of a dead letter; its headers stand there under their own names.</summary>
internal static class MessageRecord
{
    private const string Id = "id";
    private const string Method = "method";
    private const string ContentType = "type";
    private const string Payload = "payload";
    private const string Key = "key";
    private const string Sent = "sent";
    private const string Attempts = "attempts";

    /// <summary>The fields of a message that is sent.</summary>
    public static List<RedisValue> Write(QueueMessage message)
    {
        // A copy, as the client library may still have it when a sender that was cancelled uses the array again.
        var fields = new List<RedisValue>(24)
        {
            Id,
            message.Id,
            Method,
            message.Method,
            ContentType,
            message.ContentType,
            Payload,
            message.Payload.ToArray()
        };
        if (message.Key is { } key) fields.AddRange([Key, key]);
        message.Headers.CopyTo(fields, static (fields, name, value) => fields.AddRange([name, value]));
        return fields;
    }

    /// <summary>A message as it is delivered, or looked at.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="now">The time at the server.</param>
    /// <param name="fields">Names and values in turn.</param>
    public static QueueDelivery Read(QueueName queue, long now, RedisResult fields)
    {
        var record = new StreamItem("", "", (RedisResult[])fields!);
        var expires = record.Field("expires");
        return new QueueDelivery
        {
            Queue = queue,
            Message = ReadMessage(queue, record, expires.IsNull ? null : TimeSpan.FromMilliseconds(Math.Max(0, (long)expires - now))),
            Attempt = (int)record.Field(Attempts),
            EnqueuedAt = Time((long)record.Field(Sent)),
            LastFailure = record.Field("failure"),
        };
    }

    /// <summary>A dead letter.</summary>
    public static DeadLetter ReadDead(QueueName queue, StreamItem letter) => new()
    {
        Queue = queue,
        Message = ReadMessage(queue, letter, null),
        Reason = (string?)letter.Field("reason") ?? "",
        Detail = letter.Field("detail"),
        ExceptionType = letter.Field("exception"),
        Attempts = (int)letter.Field(Attempts),
        EnqueuedAt = Time((long)letter.Field(Sent)),
        DiedAt = Time(long.Parse(
            letter.Id.AsSpan(0, letter.Id.IndexOf('-', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture)),
    };

    private static QueueMessage ReadMessage(QueueName queue, StreamItem record, TimeSpan? left)
    {
        var headers = new MessageHeaders();
        for (var i = 0; i + 1 < record.Fields.Length; i += 2)
        {
            // Those of ours have a hyphen, or are the three of the W3C and the token, and none of the fields around them does.
            var name = (string)record.Fields[i]!;
            if (name.StartsWith("fan-", StringComparison.Ordinal)
                || name is HeaderNames.TraceParent or HeaderNames.TraceState or HeaderNames.Baggage or HeaderNames.Authorization)
            {
                headers.TrySet(name, (string)record.Fields[i + 1]!);
            }
        }

        return new QueueMessage
        {
            Id = (string?)record.Field(Id) ?? "",
            Service = queue.Service,
            Method = (string?)record.Field(Method) ?? "",
            Headers = headers,
            ContentType = (string?)record.Field(ContentType) ?? "application/json",
            Payload = (byte[]?)record.Field(Payload) ?? [],
            Key = record.Field(Key),
            TimeToLive = left,
        };
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
