namespace Fan.Queues;

/// <summary>
/// Keeps pushes in queues until they are handled. One for each kind of queue: brokers, databases, the memory of the process. Safe from any
/// thread. Owned, and disposed, by the container.
/// </summary>
/// <remarks>
/// <para>The core decides (policy, retries, what is dead and why); the transport carries it out and counts the attempts.</para>
/// <para>What a transport makes current around its calls (an <see cref="AsyncLocal{T}"/>, such as a database transaction) is seen by
/// handlers, and what is current at <see cref="SendAsync"/> is that of the caller's code.</para>
/// <para>It connects on first use, not when it is made: the tool makes it too. A lost connection is the transport's own affair: it connects
/// again, consumers go on, and <see cref="Trouble"/> says so meanwhile.</para>
/// </remarks>
public interface IQueueTransport
{
    /// <summary>The name in configuration and in the registration of queues, e.g. <c>amqp</c>.</summary>
    string Name { get; }

    /// <summary>Whether what was accepted outlives the process.</summary>
    bool IsDurable { get; }

    /// <summary>
    /// What is wrong with it at the moment, for people and health checks, without credentials; null when nothing is known to be.
    /// </summary>
    string? Trouble { get; }

    /// <summary>What the tool and people do with queues.</summary>
    IQueueAdministration Administration { get; }

    /// <summary>
    /// Makes the queue of a group, or gives the one that exists the policy as far as it can be changed. From then on it gets a copy of
    /// every message to its service.
    /// </summary>
    /// <exception cref="ServiceUnavailableException">The broker or store can't be reached, or refuses; the message says why.</exception>
    Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a message into the queue of every group of its service; returns when it is safe in all of them (durable transports: on disk, or
    /// as many replicas as the broker promises).
    /// </summary>
    /// <remarks>
    /// After an error other than the first three, whether it was accepted is unknown: it may be sent again with the same id. The payload
    /// and headers are the caller's again when this returns.
    /// </remarks>
    /// <exception cref="NoSuchServiceException">No group has a queue for the service.</exception>
    /// <exception cref="LimitExceededException">
    /// A queue holds as much as its policy allows, or the message is too large. It is in none of them.
    /// </exception>
    /// <exception cref="ArgumentException">The transport can't carry the message: a key or a time out of its bounds.</exception>
    /// <exception cref="ServiceUnavailableException">The broker or store can't be reached, or refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the time was over.</exception>
    ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken);

    /// <summary>Hands messages of one queue to a handler until the consumer is stopped. The queue was declared.</summary>
    /// <exception cref="ServiceUnavailableException">
    /// The broker or store can't be reached, or refuses. Once this has returned, the consumer lives through that.
    /// </exception>
    Task<IQueueConsumer> ConsumeAsync(QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken);
}
