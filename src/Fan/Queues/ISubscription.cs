namespace Fan.Queues;

/// <summary>
/// A group's part in the pushes of a service, as this application has it. Safe from any thread. Disposing it is <see cref="StopAsync"/>
/// within the application's drain time.
/// </summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>The queue that is consumed.</summary>
    QueueName Queue { get; }

    /// <summary>Why it is not consumed at the moment; null when it is.</summary>
    string? Trouble { get; }

    /// <summary>
    /// Ends the consuming: nothing new is taken, what is in hand is finished, and when cancelled given back. The queue stays and fills, for
    /// others of the group and for later.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops, and deletes the queue with all that is in it: the group gets no more copies, whoever consumes it.</summary>
    /// <exception cref="ServiceUnavailableException">The broker or store can't be reached.</exception>
    Task UnsubscribeAsync(CancellationToken cancellationToken = default);
}
