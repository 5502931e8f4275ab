using System.Globalization;
using System.Text;
using Fan.Amqp.Messages;
using Fan.Messaging;
using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>A push as AMQP carries it, and its history.</summary>
internal static class PushFields
{
    public const string MessageType = "fan.push";

    /// <summary>How many attempts there were before this copy was written.</summary>
    public const string Attempts = "fan-attempts";

    /// <summary>Why the last one failed.</summary>
    public const string Failure = "fan-failure";

    private const string EnqueuedAt = "fan-enqueued-at";

    /// <summary>Writes a message that is published.</summary>
    /// <param name="message">The message; its ttl is what remains after the delay.</param>
    /// <param name="attempts">The attempts before.</param>
    /// <param name="failure">Why the last one failed.</param>
    /// <param name="enqueuedAt">When it was accepted first.</param>
    /// <param name="expires">Whether the broker measures its ttl: while it is kept back it must not.</param>
    public static BasicProperties Write(QueueMessage message, int attempts, string? failure, DateTimeOffset enqueuedAt, bool expires)
    {
        var properties = new BasicProperties
        {
            Type = MessageType,
            ContentType = message.ContentType,
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?>(8)
        };
        AmqpFields.Write(properties, message.Headers, WideLimits);
        var headers = properties.Headers!;
        properties.MessageId = message.Id;
        headers.Remove(HeaderNames.MessageId);
        headers[AmqpFields.Service] = message.Service;
        headers[AmqpFields.Method] = message.Method;
        headers[EnqueuedAt] = enqueuedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        if (message.Key is { } key) headers[HeaderNames.Key] = Uri.EscapeDataString(key);
        if (attempts > 0) headers[Attempts] = attempts.ToString(CultureInfo.InvariantCulture);
        if (failure is not null) headers[Failure] = failure;
        if (message.TimeToLive is { } ttl)
        {
            var left = ((long)Math.Max(1, ttl.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
            headers[HeaderNames.Lifetime] = left;
            // The broker takes no more than 32 bits.
            if (expires && ttl.TotalMilliseconds <= uint.MaxValue) properties.Expiration = left;
        }

        return properties;
    }

    /// <summary>Reads a message that was delivered.</summary>
    /// <exception cref="FanException">It is no push.</exception>
    public static QueueMessage Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, string service)
    {
        var headers = new MessageHeaders();
        AmqpFields.Read(properties, headers, WideLimits);
        var (key, lifetime) = (headers.Key, headers.Lifetime);
        (headers.Key, headers.Lifetime, headers.Delay, headers.TimeToLive) = (null, null, null, null);
        return new QueueMessage
        {
            Id = properties.MessageId ?? throw new BadMessageException(HeaderNames.MessageId, "The push has no message id."),
            Service = service,
            Method = AmqpFields.Text(properties, AmqpFields.Method)
                ?? throw new BadMessageException(AmqpFields.Method, "The push names no method."),
            Headers = headers,
            ContentType = properties.ContentType ?? "application/json",
            Payload = body,
            Key = key,
            TimeToLive = lifetime,
        };
    }

    /// <summary>The attempts before this delivery: those that were written down, and the deliveries that ended without a word.</summary>
    public static int AttemptsBefore(IReadOnlyBasicProperties properties) =>
        (int)Math.Min(
            Math.Min(Number(properties, Attempts), int.MaxValue) + Math.Min(Deliveries(properties), int.MaxValue), int.MaxValue - 1);

    /// <summary>How often this copy was delivered before.</summary>
    public static long Deliveries(IReadOnlyBasicProperties properties) => Math.Max(0, Number(properties, "x-delivery-count"));

    public static DateTimeOffset Enqueued(IReadOnlyBasicProperties properties) =>
        Moment(Number(properties, EnqueuedAt)) ?? DateTimeOffset.UnixEpoch;

    /// <summary>A moment that a header tells; null where it tells none.</summary>
    public static DateTimeOffset? Moment(long milliseconds) =>
        milliseconds is > 0 and < 253_402_300_799_000 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    public static long Number(IReadOnlyBasicProperties properties, string name)
    {
        if (properties.Headers is not { } table || !table.TryGetValue(name, out var value)) return 0;
        var text = value is byte[] bytes ? Encoding.ASCII.GetString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    // The application's own limits are checked where pushes are made and handled; here only what a frame can carry counts.
    private static FanLimits WideLimits { get; } = new() { MaxHeaderBytes = 1 << 20, MaxHeaders = 1000 };
}
