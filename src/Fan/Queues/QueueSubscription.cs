namespace Fan.Queues;

/// <summary>What one consumer takes. Immutable.</summary>
public sealed record QueueSubscription
{
    /// <summary>The queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>The policy with which it was declared.</summary>
    public required QueuePolicy Policy { get; init; }

    /// <summary>Who takes it, for people who look at the broker: application and instance.</summary>
    public required string Consumer { get; init; }

    /// <summary>The most deliveries that are handled at once.</summary>
    public required int Concurrency { get; init; }

    /// <summary>The most messages that this consumer holds, those in hand among them; at least <see cref="Concurrency"/>.</summary>
    public required int Prefetch { get; init; }
}
