namespace Fan.Queues;

/// <summary>One attempt to handle a message.</summary>
public sealed class QueueDelivery
{
    /// <summary>The queue it came from.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>The message. <see cref="QueueMessage.TimeToLive"/> is what remains of its time.</summary>
    public required QueueMessage Message { get; init; }

    /// <summary>
    /// 1 for the first. An attempt that ended without a settlement (its process died, its connection broke) counts; one that was given back
    /// does not, where the broker can tell.
    /// </summary>
    public required int Attempt { get; init; }

    /// <summary>When the message was accepted, by the clock of the broker, store or pusher. For people.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>Why the last attempt failed, where the transport keeps it.</summary>
    public string? LastFailure { get; init; }
}
