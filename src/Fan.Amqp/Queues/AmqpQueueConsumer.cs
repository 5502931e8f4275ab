using System.Threading.Channels;
using Fan.Amqp.Connections;
using Fan.Brokers;
using Fan.Queues;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>Consumes the queues of one group, through the loss of connections. Owns the tasks that do. Safe from any thread.</summary>
internal sealed class AmqpQueueConsumer(
    BrokerConnection broker,
    QueueTopology topology,
    DeliverySettler settler,
    QueueSubscription subscription,
    string queue,
    IReadOnlyList<string> partitions,
    AmqpHandledIds? handled,
    QueueHandler handler,
    TimeProvider clock,
    ILogger logger)
    : IQueueConsumer
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _breaking = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AttemptNotes _notes = new();
    private Task _running = Task.CompletedTask;
    private bool _isGone;
    private volatile string? _trouble;
    private int _disposed;

    /// <summary>Why nothing comes at the moment; null when nothing is known to be wrong.</summary>
    public string? Trouble => _trouble;

    /// <summary>Whether it was stopped.</summary>
    public bool HasEnded => _stopping.IsCancellationRequested;

    /// <summary>Begins; returns when it consumes.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Whoever subscribes must not be the caller of all that is handled.
        settler.Remake = RemakeAsync;
        using (ExecutionContext.SuppressFlow()) _running = Task.Run(RunAsync, CancellationToken.None);
        try
        {
            await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _disposed) == 1) return;
        await ConsumerEnd.StopAsync(_stopping, _breaking, _running, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _stopping.Dispose();
        _breaking.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = new BackOff(clock);
        IConnection? preparedOn = null;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                // The first one fails, if it does; once it consumes it waits for the broker as long as it takes.
                var connection = _started.Task.IsCompleted
                    ? await broker.OpenedAsync(_stopping.Token).ConfigureAwait(false)
                    : await broker.OpenAsync(_stopping.Token).ConfigureAwait(false);
                if (_isGone)
                {
                    await RemakeAsync(_stopping.Token).ConfigureAwait(false);
                    (_isGone, preparedOn) = (false, connection);
                }

                if (!ReferenceEquals(connection, preparedOn))
                {
                    if (preparedOn is not null)
                    {
                        await topology.DeclareAsync(subscription.Queue, subscription.Policy, _stopping.Token).ConfigureAwait(false);
                    }

                    await topology.BindAsync(
                        subscription.Queue.Service, queue, subscription.Policy, partitions.Count, _stopping.Token).ConfigureAwait(false);
                    preparedOn = connection;
                }

                var deliveries = Channel.CreateUnbounded<HeldDelivery>();
                var link = await ConsumerLink.OpenAsync(
                    connection, subscription, queue, partitions, deliveries.Writer, clock, _stopping.Token).ConfigureAwait(false);
                await using (link.ConfigureAwait(false))
                {
                    _started.TrySetResult();
                    _trouble = null;
                    pause.Reset();
                    await WorkAsync(link, deliveries).ConfigureAwait(false);
                }
            }
            catch (Exception error)
            {
                if (_stopping.IsCancellationRequested || _started.TrySetException(error)) return;
                _isGone |= QueueTopology.IsNotFound(error);
                _trouble = error.Message;
                BrokerLog.ConsumerInterrupted(logger, subscription.Queue.ToString(), error.Message);
            }

            await pause.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
    }

    // Whoever deletes a queue under its consumer takes what is in it; what comes from then on must find one again.
    private async Task RemakeAsync(CancellationToken cancellationToken)
    {
        var made = await topology.DeclareAgainAsync(
            subscription.Queue, subscription.Policy, partitions.Count, cancellationToken).ConfigureAwait(false);
        if (made.Count > 0) BrokerLog.QueueMadeAgain(logger, subscription.Queue.ToString(), string.Join(", ", made));
    }

    // Until the link ends or the consumer stops; nothing is in hand then.
    private async Task WorkAsync(ConsumerLink link, Channel<HeldDelivery> deliveries)
    {
        // Cancelled when its messages are somebody else's.
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(_breaking.Token);
        using var worker = new DeliveryWorker(settler, subscription, handled, _notes, handler, deliveries, clock, logger, lost.Token);
        var workers = Enumerable.Range(0, subscription.Concurrency)
            .Select(_ => Task.Run(() => worker.RunAsync(_stopping.Token), CancellationToken.None)).ToList();
        await ((Task)link.Ended.WaitAsync(_stopping.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (link.Ended.IsCompleted)
        {
            _isGone = link.IsQueueGone;
            _trouble = link.Ended.Result;
            BrokerLog.ConsumerInterrupted(logger, subscription.Queue.ToString(), link.Ended.Result);
            await lost.CancelAsync().ConfigureAwait(false);
        }
        else
        {
            await link.StopTakingAsync(_breaking.Token).ConfigureAwait(false);
        }

        deliveries.Writer.TryComplete();
        worker.GiveUpWaits();
        await Task.WhenAll(workers).ConfigureAwait(false);
        await worker.WaitsEndedAsync().ConfigureAwait(false);
    }
}
