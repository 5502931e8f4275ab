namespace Fan.Queues;

/// <summary>
/// Keeps pushes that belong to a transaction of the pusher's code, and sends them over their transport when it has committed. Safe from any
/// thread. Owned, and disposed, by the container.
/// </summary>
public interface IPushOutbox
{
    /// <summary>Whether the pushes of the running code belong to a transaction.</summary>
    bool IsCurrent { get; }

    /// <summary>Whether messages for a transport are kept here; false where it takes part in the transaction itself.</summary>
    bool Keeps(IQueueTransport transport);

    /// <summary>
    /// Keeps a message in the current transaction; when that commits it is sent, at least once and in the order of its key.
    /// </summary>
    /// <exception cref="ArgumentException">The message can't be kept, or the transaction is of another database.</exception>
    /// <exception cref="ServiceUnavailableException">The database can't be reached, or refuses.</exception>
    ValueTask KeepAsync(IQueueTransport transport, QueueMessage message, CancellationToken cancellationToken);
}
