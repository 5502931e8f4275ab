namespace Fan.Queues;

/// <summary>How a queue is at one moment. A number that the broker does not tell is null.</summary>
public sealed record QueueStatus
{
    /// <summary>The queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>Messages that could be delivered now.</summary>
    public required long? Waiting { get; init; }

    /// <summary>Messages that are kept back: not yet due, waiting for their retry, or behind one of their key.</summary>
    public required long? Scheduled { get; init; }

    /// <summary>Messages in the hand of a consumer.</summary>
    public required long? InFlight { get; init; }

    /// <summary>Dead letters.</summary>
    public required long? Dead { get; init; }

    /// <summary>Consumers.</summary>
    public required int? Consumers { get; init; }

    /// <summary>How long the oldest message that is not yet handled has been there; null where there is none, or it is not known.</summary>
    public TimeSpan? OldestAge { get; init; }
}
