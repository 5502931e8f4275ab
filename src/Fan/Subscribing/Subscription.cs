using Fan.Applications;
using Fan.Coordination;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Subscribing;

/// <summary>
/// Consumes the queue of one group, on every transport that its pushes may take: declares it, begins, registers it, and does each again
/// until it succeeds. One owner task.
/// </summary>
internal sealed class Subscription : ISubscription
{
    private readonly SubscriptionSource _source;
    private readonly IPushTarget _target;
    private readonly SubscriptionOptions _options;
    private readonly QueuePolicy _policy;
    private readonly HandlerWatch _watch;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Dictionary<IQueueTransport, IQueueConsumer> _consumers = [];
    private Task _running = Task.CompletedTask;
    private volatile string? _trouble = "not started";
    private int _disposed;
    private int _isLossTold;

    public Subscription(QueueName queue, IPushTarget target, SubscriptionOptions options, SubscriptionSource source)
    {
        Queue = queue;
        _target = target;
        _options = options;
        _policy = options.ToPolicy();
        _source = source;
        _watch = new HandlerWatch(queue, options, source.Telemetry, source.Clock, source.Logger);
    }

    public QueueName Queue { get; }

    public string? Trouble =>
        _trouble ?? _watch.Trouble ?? Consumed.Select(transport => transport.Trouble).FirstOrDefault(trouble => trouble is not null);

    /// <summary>Completed when it consumes, or when the first obstacle was met.</summary>
    public Task Settled => _settled.Task;

    /// <summary>The transports that are consumed at the moment.</summary>
    public IReadOnlyList<IQueueTransport> Consumed
    {
        get
        {
            lock (_gate) return [.. _consumers.Keys];
        }
    }

    /// <summary>Lets pushes of this process be accepted from now on, if they go to memory.</summary>
    public async Task DeclareInMemoryAsync(CancellationToken cancellationToken)
    {
        if (_source.Choice.Transports.Count == 0 || _target.Methods.Any(method => _source.Choice.IsInMemory(Queue.Service, method)))
            await _source.Choice.Local.DeclareAsync(Queue, _policy, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins in the background.</summary>
    public void Start()
    {
        using (ExecutionContext.SuppressFlow()) _running = Task.Run(RunAsync);
    }

    /// <summary>Consumes when this returns; the registration follows in the background.</summary>
    /// <exception cref="InvalidOperationException">It can't be told over which transport.</exception>
    /// <exception cref="ServiceUnavailableException">The broker or store can't be reached.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ConsumeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            throw;
        }

        Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _disposed) == 1) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        List<IQueueConsumer> consumers;
        lock (_gate) consumers = [.. _consumers.Values];
        await Task.WhenAll(consumers.Select(consumer => consumer.StopAsync(cancellationToken))).ConfigureAwait(false);
        foreach (var consumer in consumers) await consumer.DisposeAsync().ConfigureAwait(false);
        lock (_gate) _consumers.Clear();
        _trouble = "stopped";
        _source.Ended(this);
    }

    public async Task UnsubscribeAsync(CancellationToken cancellationToken = default)
    {
        var transports = Consumed;
        await StopAsync(cancellationToken).ConfigureAwait(false);
        foreach (var transport in transports) await transport.Administration.DeleteAsync(Queue, cancellationToken).ConfigureAwait(false);
        if (!transports.Any(transport => transport.IsDurable)) return;
        try
        {
            await _source.Directory.UnregisterAsync(Queue, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw new ServiceUnavailableException(
                Queue.Service, $"Queue '{Queue}' is deleted, but not its registration: {error.Message}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var draining = new CancellationTokenSource(_source.DrainTimeout, _source.Clock);
        await StopAsync(draining.Token).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _stopping.Dispose();
    }

    /// <summary>Waits until the memory queue has nothing left that could be handled now, and tells what is lost with the process.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (!Consumed.Contains(_source.Choice.Local)) return;
        // All of the time is used up by others: handlers are told now, and nobody may wait until they have ended.
        if (cancellationToken.IsCancellationRequested) await TellLostAsync(countsInHand: true).ConfigureAwait(false);
        await _source.Choice.Local.DrainedAsync(Queue, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopAsync(cancellationToken).ConfigureAwait(false);
        await TellLostAsync(countsInHand: false).ConfigureAwait(false);
    }

    // Once.
    private async Task TellLostAsync(bool countsInHand)
    {
        var left = await _source.Choice.Local.GetStatusAsync(Queue, CancellationToken.None).ConfigureAwait(false);
        if (left?.Waiting + left?.Scheduled + (countsInHand ? left?.InFlight : 0) is > 0 and var lost
            && Interlocked.Exchange(ref _isLossTold, 1) == 0)
        {
            QueueLog.Lost(_source.Logger, Queue, lost);
        }
    }

    private async Task RunAsync()
    {
        var retry = new RetryPause(_source.Clock);
        var isConsuming = false;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!isConsuming) await ConsumeAsync(_stopping.Token).ConfigureAwait(false);
                isConsuming = true;
                await RegisterAsync().ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException error) when (isConsuming)
            {
                QueueLog.NotRegistered(_source.Logger, Queue, error.Message);
            }
            catch (Exception error)
            {
                // Whatever it was, a service must come to its pushes.
                if (_trouble != error.Message) QueueLog.NotConsumed(_source.Logger, Queue, error.Message);
                _trouble = error.Message;
                _settled.TrySetResult();
            }

            await retry.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
    }

    private async Task ConsumeAsync(CancellationToken cancellationToken)
    {
        var transports = await _source.Choice.ForConsumerAsync(Queue, _target.Methods, cancellationToken).ConfigureAwait(false);
        foreach (var transport in transports)
        {
            lock (_gate)
            {
                if (_consumers.ContainsKey(transport)) continue;
            }

            await transport.DeclareAsync(Queue, _policy, cancellationToken).ConfigureAwait(false);
            var dispatcher = new PushDispatcher(
                _source.Server, _target, _options, _watch, _source.Telemetry, transport.Name, _source.Logger);
            var subscription = new QueueSubscription
            {
                Queue = Queue,
                Policy = _policy,
                Consumer = _source.Consumer,
                Concurrency = _options.Concurrency,
                Prefetch = _options.HeldAtMost,
            };
            var consumer = await transport.ConsumeAsync(subscription, dispatcher.HandleAsync, cancellationToken).ConfigureAwait(false);
            lock (_gate) _consumers[transport] = consumer;
        }

        _trouble = null;
        QueueLog.Consuming(_source.Logger, Queue, string.Join(", ", transports.Select(transport => transport.Name)));
        _settled.TrySetResult();
    }

    // A queue in memory goes with its process, so nobody else needs to know of it.
    private async Task RegisterAsync()
    {
        var durable = Consumed.Where(transport => transport.IsDurable)
            .Select(transport => transport.Name)
            .Order(StringComparer.Ordinal).ToList();
        if (durable.Count > 0)
        {
            await _source.Directory.RegisterAsync(new QueueRegistration(Queue, durable, _policy), _stopping.Token).ConfigureAwait(false);
        }
    }
}

/// <summary>What all subscriptions of an application share.</summary>
internal sealed record SubscriptionSource(
    QueueChoice Choice,
    QueueDirectory Directory,
    Fan.Serving.CallServer Server,
    Queues.QueueTelemetry Telemetry,
    string Consumer,
    TimeSpan DrainTimeout,
    TimeProvider Clock, ILogger Logger, Action<Subscription> Ended);
