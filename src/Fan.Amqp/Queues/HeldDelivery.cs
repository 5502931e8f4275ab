using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>The kinds of queues of a group.</summary>
internal enum Lane
{
    /// <summary>Messages without order.</summary>
    AnyOrder,

    /// <summary>Messages whose consumers died with them, one at a time.</summary>
    Suspects,

    /// <summary>Messages of some keys, in order, one at a time.</summary>
    Ordered,
}

/// <summary>A message that the broker has given into our hand, until it is settled.</summary>
internal sealed class HeldDelivery(
    IChannel channel, ulong tag, Lane lane, string home, IReadOnlyBasicProperties properties, byte[] body, long receivedAt)
{
    public Lane Lane => lane;

    /// <summary>The queue that it came from.</summary>
    public string Home => home;

    public IReadOnlyBasicProperties Properties => properties;

    public byte[] Body => body;

    public string? Id => properties.MessageId;

    /// <summary>When it came for the first time, as a timestamp: its time runs on while it waits here.</summary>
    public long ReceivedAt { get; set; } = receivedAt;

    /// <summary>How often the broker has delivered it before.</summary>
    public long Deliveries => PushFields.Deliveries(properties);

    /// <summary>The attempts that ended; corrected where this process knows better than the broker.</summary>
    public int AttemptsBefore { get; set; } = PushFields.AttemptsBefore(properties);

    /// <summary>Whether it was kept back for its retry already.</summary>
    public bool HasWaited { get; set; }

    public string? LastFailure { get; set; } = Messages.AmqpFields.Text(properties, PushFields.Failure);

    /// <summary>Whether its consumers died with it so often that it may be the reason.</summary>
    public bool IsSuspect => lane == Lane.AnyOrder && PushFields.Deliveries(properties) >= 2;

    public ValueTask AcknowledgeAsync(CancellationToken cancellationToken) =>
        channel.BasicAckAsync(tag, multiple: false, cancellationToken);

    public ValueTask GiveBackAsync(CancellationToken cancellationToken) =>
        channel.BasicNackAsync(tag, multiple: false, requeue: true, cancellationToken);

    /// <summary>The message with what remains of its time.</summary>
    /// <exception cref="FanException">It is no push.</exception>
    public QueueMessage Read(string service, TimeProvider clock)
    {
        var message = PushFields.Read(properties, body, service);
        return message.TimeToLive is { } ttl ? WithTimeToLive(message, ttl - clock.GetElapsedTime(ReceivedAt)) : message;
    }

    public static QueueMessage WithTimeToLive(QueueMessage message, TimeSpan? ttl) => new()
    {
        Id = message.Id,
        Service = message.Service,
        Method = message.Method,
        Headers = message.Headers,
        ContentType = message.ContentType,
        Payload = message.Payload,
        Key = message.Key,
        TimeToLive = ttl,
    };
}
