namespace Fan.Queues;

/// <summary>
/// Handles one delivery and says what becomes of it. It does not throw; a transport that sees it throw nevertheless takes it for
/// <see cref="QueueSettlement.Retry"/> at once.
/// </summary>
/// <param name="delivery">The message and its history; valid until the handler returns.</param>
/// <param name="cancellationToken">Cancelled when the consumer must end now, or when the delivery was lost to another consumer.</param>
public delegate ValueTask<QueueSettlement> QueueHandler(QueueDelivery delivery, CancellationToken cancellationToken);

/// <summary>A consumer at work. Safe from any thread. Disposing it is <see cref="StopAsync"/> without patience.</summary>
public interface IQueueConsumer : IAsyncDisposable
{
    /// <summary>
    /// Takes nothing new, gives back what no handler has begun, and waits for the handlers; when cancelled, it cancels their tokens, and
    /// gives back what they leave. Returns when none of its messages is in hand. May be called again.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken);
}
