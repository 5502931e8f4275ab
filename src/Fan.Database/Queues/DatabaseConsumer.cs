using System.Threading.Channels;
using Fan.Database.Engines;
using Fan.Database.Transactions;
using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Database.Queues;

/// <summary>
/// Takes messages of one queue. One loop talks with the database, in batches; as many workers as may be at once run the handler. Owns their
/// tasks. Safe from any thread.
/// </summary>
internal sealed partial class DatabaseConsumer : IQueueConsumer
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly IDatabase _database;
    private readonly QueueSubscription _subscription;
    private readonly QueueHandler _handler;
    private readonly TimeProvider _clock;
    private readonly ConsumerLease _lease;
    private readonly AsyncBell _bell;
    private readonly Channel<TakenMessage> _ready;
    private readonly ConsumerHand _hand = new();
    private readonly SetAside _aside;
    private readonly ApartSweep _apart;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _breaking = new();
    private readonly string _channel;
    private readonly bool _remembers;
    private IDisposable? _listening;
    private Task _working = Task.CompletedTask;
    private Task _cancelling = Task.CompletedTask;
    private volatile bool _isStopping;
    private bool _isDisposed;

    public DatabaseConsumer(
        IDatabase database, QueueSubscription subscription, QueueHandler handler, TimeSpan pollInterval, TimeProvider clock, ILogger logger)
    {
        (_database, _subscription, _handler, _clock, _logger) = (database, subscription, handler, clock, logger);
        _lease = new ConsumerLease(subscription, pollInterval, clock);
        (_aside, _apart) = (new SetAside(clock), new ApartSweep(database, _lease, subscription.Queue, clock, logger));
        _bell = new AsyncBell(clock);
        _ready = Channel.CreateUnbounded<TakenMessage>(new UnboundedChannelOptions { SingleWriter = true });
        _channel = Channels.OfService(subscription.Queue.Service);
        _remembers = subscription.Policy.RememberFor is not null;
    }

    /// <summary>Whether it was stopped and has nothing in hand.</summary>
    public bool HasEnded => _isStopping && _working.IsCompleted;

    /// <summary>What keeps it from its work at the moment.</summary>
    public string? Trouble { get; private set; }

    private QueueName Queue => _subscription.Queue;

    /// <summary>Registers it, so that what is wrong is said here; then it works until it is stopped.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var script = new Script(Queue.Service);
        var joined = _lease.AddJoin(script);
        await _database.RunAsync(script, cancellationToken).ConfigureAwait(false);
        if (!_lease.Joined(joined)) throw new InvalidOperationException($"Queue '{Queue}' was not declared.");
        _listening = _database.Listen(_channel, _bell.Ring);
        // Whoever subscribes must not be the caller of all that is handled.
        using (ExecutionContext.SuppressFlow())
        {
            _working = Task.WhenAll(Enumerable.Range(0, _subscription.Concurrency)
                .Select(_ => Task.Run(WorkAsync, CancellationToken.None))
                .Append(Task.Run(PumpAsync, CancellationToken.None)));
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_isDisposed) return;
        _isStopping = true;
        _bell.Ring();
        await using (cancellationToken.UnsafeRegister(static consumer => ((DatabaseConsumer)consumer!).Break(), this).ConfigureAwait(false))
            await _working.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        if (_isDisposed) return;
        _isDisposed = true;
        await _cancelling.ConfigureAwait(false);
        _listening?.Dispose();
        _bell.Dispose();
        _breaking.Dispose();
    }

    /// <summary>Ends as the process would: nothing more is said to the database. For tests.</summary>
    internal void Crash()
    {
        _isCrashed = true;
        _isStopping = true;
        _ready.Writer.TryComplete();
        Break();
    }

    private volatile bool _isCrashed;

    private void Break()
    {
        // Whoever stops must not wait for what handlers and statements do when they are cancelled.
        if (_breaking.CancelAsync() is { IsCompleted: false } cancelling) _cancelling = cancelling;
        _bell.Ring();
    }

    private async Task WorkAsync()
    {
        await foreach (var message in _ready.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            var settlement = _isStopping ? QueueSettlement.Release : await HandleAsync(message).ConfigureAwait(false);
            _hand.Settle(message, settlement, _remembers);
            _bell.Ring();
        }
    }

    /// <summary>What becomes of it; null where that is written down already.</summary>
    private async ValueTask<QueueSettlement?> HandleAsync(TakenMessage message)
    {
        if (message.WasHandled) return QueueSettlement.Done;
        var remaining = message.Remaining(_clock);
        if (remaining <= TimeSpan.Zero)
        {
            return QueueSettlement.Dead(DeadLetterReasons.Expired, "its time was over before an attempt could begin");
        }

        QueueDelivery described;
        try
        {
            described = message.Describe(Queue, remaining);
        }
        catch (BadMessageException error)
        {
            return QueueSettlement.Dead(DeadLetterReasons.BadMessage, error.Message, error.GetType().FullName);
        }

        var delivery = new DatabaseDelivery(_database, Queue.Service);
        AmbientTransaction.Enter(delivery);
        try
        {
            var settlement = await _handler(described, message.Begin(_breaking.Token)).ConfigureAwait(false);
            if (delivery.Transaction is null || settlement.Outcome != QueueOutcome.Done) return settlement;
            await CommitAsync(delivery, message).ConfigureAwait(false);
            return null;
        }
        catch (Exception error)
        {
            return QueueSettlement.Retry(TimeSpan.Zero, ExceptionText.MessageOf(error), ExceptionText.TypeOf(error));
        }
        finally
        {
            await delivery.EndAsync().ConfigureAwait(false);
            message.Dispose();
        }
    }

    // The message goes with the handler's own writes, or neither does.
    private async ValueTask CommitAsync(DatabaseDelivery delivery, TakenMessage message)
    {
        var script = new Script(Queue.Service);
        var removed = script.AddDone(message.Queue, message.Owner, message.Number);
        await delivery.CommitAsync(script, () => removed.Affected == 1).ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        var pause = ShortestPause;
        while (!_isCrashed)
        {
            if (_isStopping) _ready.Writer.TryComplete();
            var (settled, held) = _hand.TakeSettled();
            // What can't be written down goes to others at the end.
            if (_isStopping && held <= _aside.Count && settled.Count == 0) break;
            var room = _isStopping ? 0 : Math.Max(0, _subscription.Prefetch - held + _aside.Placeless);
            var due = _aside.Due;
            if (settled.Count == 0 && due.Count == 0 && !_lease.HasWork(room))
            {
                var wait = _lease.TimeUntilWork(room);
                await _bell.WaitAsync(wait < _aside.TimeUntilNext ? wait : _aside.TimeUntilNext).ConfigureAwait(false);
                _lease.Woken();
                continue;
            }

            try
            {
                foreach (var one in due) await SettleAloneAsync(one).ConfigureAwait(false);
                if (settled.Count > 0 || room == 0 || !await FoundNothingAsync().ConfigureAwait(false))
                {
                    await TurnSafelyAsync(settled, room).ConfigureAwait(false);
                }

                if (Trouble is not null && !_lease.IsDeleted) Recovered();
                pause = ShortestPause;
            }
            catch (Exception error)
            {
                // Whatever it is, messages wait for the next attempt.
                Interrupted(error.Message);
                _lease.Failed();
                _hand.PutBack(settled);
                // What can't be given back now goes to others when the lease is over.
                if (_isStopping && _breaking.IsCancellationRequested) break;
                await _bell.WaitAsync(pause).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        _ready.Writer.TryComplete();
        if (!_isCrashed) await LeaveAsync().ConfigureAwait(false);
    }

    private void Interrupted(string reason)
    {
        if (Trouble is null) DatabaseQueueLog.Interrupted(_logger, Queue, reason);
        Trouble = reason;
    }

    private void Recovered()
    {
        DatabaseQueueLog.Resumed(_logger, Queue);
        Trouble = null;
    }

    private async Task LeaveAsync()
    {
        try
        {
            var script = new Script(Queue.Service);
            _lease.AddLeave(script);
            await _database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ServiceUnavailableException)
        {
            // The lease ends by itself.
        }
    }
}
