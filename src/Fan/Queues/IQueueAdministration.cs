namespace Fan.Queues;

/// <summary>
/// What people do with the queues of one transport. Safe from any thread. Every member throws <see cref="ServiceUnavailableException"/>
/// where the broker or store can't be reached.
/// </summary>
public interface IQueueAdministration
{
    /// <summary>How a queue is; null where there is none.</summary>
    Task<QueueStatus?> GetStatusAsync(QueueName queue, CancellationToken cancellationToken);

    /// <summary>Shows the first messages that wait, in order, without taking them.</summary>
    /// <exception cref="NotSupportedException">The broker can't show messages without delivering them; the message says so.</exception>
    Task<IReadOnlyList<QueueDelivery>> PeekAsync(QueueName queue, int most, CancellationToken cancellationToken);

    /// <summary>Shows the oldest dead letters, in order, without taking them.</summary>
    Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, int most, CancellationToken cancellationToken);

    /// <summary>Puts dead letters back into their queue, as messages that were never tried, with the ttl of the queue's policy.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="ids">The messages; null for all that there are now.</param>
    /// <param name="cancellationToken">Ends it; what was moved stays moved.</param>
    /// <returns>How many were put back.</returns>
    Task<int> RetryDeadAsync(QueueName queue, IReadOnlyCollection<string>? ids, CancellationToken cancellationToken);

    /// <summary>Deletes what waits in a part of a queue; what is in hand stays.</summary>
    /// <returns>How many were deleted.</returns>
    Task<int> PurgeAsync(QueueName queue, QueuePart part, CancellationToken cancellationToken);

    /// <summary>Deletes a queue with all that is in it; its group gets no more copies. Does nothing where there is none.</summary>
    Task DeleteAsync(QueueName queue, CancellationToken cancellationToken);
}

/// <summary>A part of a queue.</summary>
public enum QueuePart
{
    /// <summary>What is to be handled, now or later.</summary>
    Waiting,

    /// <summary>What could not be handled.</summary>
    Dead,
}
