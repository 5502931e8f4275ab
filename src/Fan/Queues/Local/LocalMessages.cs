using Fan.Messaging;

namespace Fan.Queues.Local;

/// <summary>Copies of messages.</summary>
internal static class LocalMessages
{
    /// <summary>A copy that shares nothing with what the sender uses again, with texts as every server would hold them.</summary>
    public static QueueMessage Keep(QueueMessage message)
    {
        var headers = new MessageHeaders();
        message.Headers.CopyTo(headers, static (copy, name, value) => copy.TrySet(name, SoundText.Of(value)));
        return Copy(
            message,
            headers,
            message.Payload.ToArray(),
            message.Key is null ? null : SoundText.Of(message.Key),
            message.Delay,
            message.TimeToLive);
    }

    /// <summary>The same with another time left.</summary>
    public static QueueMessage WithTime(QueueMessage message, TimeSpan left) =>
        Copy(message, message.Headers, message.Payload, message.Key, message.Delay, left);

    /// <summary>The same, to be handled now and without a time of its own.</summary>
    public static QueueMessage Again(QueueMessage message) => Copy(message, message.Headers, message.Payload, message.Key, null, null);

    private static QueueMessage Copy(
        QueueMessage message, MessageHeaders headers, ReadOnlyMemory<byte> payload, string? key, TimeSpan? delay, TimeSpan? left) => new()
        {
            Id = message.Id,
            Service = message.Service,
            Method = message.Method,
            Headers = headers,
            ContentType = message.ContentType,
            Payload = payload,
            Key = key,
            Delay = delay,
            TimeToLive = left,
        };
}
