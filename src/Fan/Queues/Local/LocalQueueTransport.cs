using System.Collections.Immutable;

namespace Fan.Queues.Local;

/// <summary>Queues in the memory of this process: the same as a durable one, but that they end with it. Safe from any thread.</summary>
internal sealed class LocalQueueTransport(TimeProvider clock) : IQueueTransport, IQueueAdministration, IDisposable
{
    public const string TransportName = "local";

    /// <summary>The bound of a queue whose policy has none.</summary>
    public const int DefaultMaxMessages = 10_000;

    private readonly Lock _gate = new();
    private ImmutableDictionary<QueueName, LocalQueue> _queues = ImmutableDictionary<QueueName, LocalQueue>.Empty;
    private bool _isClosed;

    public string Name => TransportName;

    public bool IsDurable => false;

    public string? Trouble => null;

    public IQueueAdministration Administration => this;

    public Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_queues.TryGetValue(queue, out var known)) known.Change(policy);
            else _queues = _queues.Add(queue, new LocalQueue(queue, policy, clock));
        }

        return Task.CompletedTask;
    }

    public ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var kept = LocalMessages.Keep(message);
        // Under one lock, so that a message is in all groups or in none: whatever consumers do meanwhile makes room only.
        lock (_gate)
        {
            RequireOpen(message.Service);
            var groups = _queues.Values.Where(queue => queue.Name.Service == message.Service).ToList();
            if (groups.Count == 0)
            {
                throw new NoSuchServiceException(message.Service, $"Nobody in this application takes pushes to '{message.Service}'.");
            }

            if (groups.Find(queue => queue.IsFull) is { } full)
            {
                throw new LimitExceededException(
                    nameof(QueuePolicy.MaxMessages),
                    $"Queue '{full.Name}' holds {full.Bound} messages ({nameof(QueuePolicy.MaxMessages)}); " +
                    "push again when some are handled.");
            }

            foreach (var queue in groups) queue.Add(kept);
        }

        return default;
    }

    public Task<IQueueConsumer> ConsumeAsync(QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken)
    {
        if (!_queues.TryGetValue(subscription.Queue, out var queue))
        {
            throw new InvalidOperationException($"Queue '{subscription.Queue}' was not declared.");
        }

        return Task.FromResult<IQueueConsumer>(new LocalConsumer(queue, subscription.Concurrency, handler));
    }

    /// <summary>Waits until a queue has nothing that is handled, or could be handled now.</summary>
    public Task DrainedAsync(QueueName queue, CancellationToken cancellationToken) =>
        _queues.TryGetValue(queue, out var known) ? known.DrainedAsync().WaitAsync(cancellationToken) : Task.CompletedTask;

    public Task<QueueStatus?> GetStatusAsync(QueueName queue, CancellationToken cancellationToken) =>
        Task.FromResult(_queues.TryGetValue(queue, out var known) ? known.Status() : null);

    public Task<IReadOnlyList<QueueDelivery>> PeekAsync(QueueName queue, int most, CancellationToken cancellationToken) =>
        Task.FromResult(_queues.TryGetValue(queue, out var known) ? known.Peek(most) : []);

    public Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, int most, CancellationToken cancellationToken) =>
        Task.FromResult(_queues.TryGetValue(queue, out var known) ? known.PeekDead(most) : []);

    public Task<int> RetryDeadAsync(QueueName queue, IReadOnlyCollection<string>? ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            RequireOpen(queue.Service);
            return Task.FromResult(_queues.TryGetValue(queue, out var known) ? known.RetryDead(ids) : 0);
        }
    }

    public Task<int> PurgeAsync(QueueName queue, QueuePart part, CancellationToken cancellationToken) =>
        Task.FromResult(_queues.TryGetValue(queue, out var known) ? known.Purge(part) : 0);

    public Task DeleteAsync(QueueName queue, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(queue, out var known)) return Task.CompletedTask;
            _queues = _queues.Remove(queue);
            known.Purge(QueuePart.Waiting);
            known.Purge(QueuePart.Dead);
        }

        return Task.CompletedTask;
    }

    /// <summary>Takes nothing more: what came now would be lost with the process.</summary>
    public void Close()
    {
        lock (_gate) _isClosed = true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var queue in _queues.Values) queue.Dispose();
        }
    }

    private void RequireOpen(string service)
    {
        if (_isClosed)
        {
            throw new ServiceUnavailableException(
                service,
                $"The application is stopping and takes no more pushes to '{service}' into its memory, where they would be lost; " +
                "push again when it runs, or over a queue transport.");
        }
    }
}
