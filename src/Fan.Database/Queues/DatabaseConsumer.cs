using System.Threading.Channels;
using Fan.Database.Engines;
using Fan.Database.Transactions;
using Fan.Messaging;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>Takes messages of one queue. One loop talks with the database, in batches; as many workers as may be at once run the handler. Owns their tasks. Safe from any thread.</summary>
internal sealed class DatabaseConsumer : IQueueConsumer
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
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TakenMessage> _held = [];
    private readonly CancellationTokenSource _breaking = new();
    private readonly string _channel;
    private readonly bool _remembers;
    private IDisposable? _listening;
    private List<Settled> _settled = [];
    private Task _working = Task.CompletedTask;
    private volatile bool _isStopping;
    private bool _isDisposed;

    public DatabaseConsumer(IDatabase database, QueueSubscription subscription, QueueHandler handler, TimeSpan pollInterval, TimeProvider clock)
    {
        (_database, _subscription, _handler, _clock) = (database, subscription, handler, clock);
        _lease = new ConsumerLease(subscription, pollInterval, clock);
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
            _working = Task.WhenAll(Enumerable.Range(0, _subscription.Concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)).Append(Task.Run(PumpAsync, CancellationToken.None)));
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
        _breaking.Cancel();
        _bell.Ring();
    }

    private async Task WorkAsync()
    {
        await foreach (var message in _ready.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            var settlement = _isStopping ? QueueSettlement.Release : await HandleAsync(message).ConfigureAwait(false);
            lock (_gate)
            {
                if (settlement is null) _held.Remove(message.Number);
                else if (!message.IsLost) _settled.Add(new Settled(message, settlement, _remembers));
            }

            _bell.Ring();
        }
    }

    /// <summary>What becomes of it; null where that is written down already.</summary>
    private async ValueTask<QueueSettlement?> HandleAsync(TakenMessage message)
    {
        if (message.WasHandled) return QueueSettlement.Done;
        var remaining = message.Remaining(_clock);
        if (remaining <= TimeSpan.Zero) return QueueSettlement.Dead(DeadLetterReasons.Expired, "its time was over before an attempt could begin");
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
            return QueueSettlement.Retry(TimeSpan.Zero, error.Message, error.GetType().FullName);
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
            List<Settled> settled;
            int held;
            lock (_gate)
            {
                (settled, _settled) = (_settled, []);
                held = _held.Count - settled.Count;
            }

            if (_isStopping && held == 0 && settled.Count == 0) break;
            var room = _isStopping ? 0 : _subscription.Prefetch - held;
            if (settled.Count == 0 && !_lease.HasWork(room))
            {
                await _bell.WaitAsync(_lease.TimeUntilWork(room)).ConfigureAwait(false);
                _lease.Woken();
                continue;
            }

            try
            {
                if (settled.Count > 0 || room == 0 || !await FoundNothingAsync().ConfigureAwait(false)) await TurnAsync(settled, room).ConfigureAwait(false);
                (pause, Trouble) = (ShortestPause, null);
            }
            catch (Exception error)
            {
                // Whatever it is, messages wait for the next attempt.
                Trouble = error.Message;
                lock (_gate) _settled.InsertRange(0, settled.Where(one => !one.Message.IsLost));
                // What can't be given back now goes to others when the lease is over.
                if (_isStopping && _breaking.IsCancellationRequested) break;
                await _bell.WaitAsync(pause).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        _ready.Writer.TryComplete();
        if (!_isCrashed) await LeaveAsync().ConfigureAwait(false);
    }

    /// <summary>One batch: says what became of messages, renews the lease, does what time has brought, and takes as many as there is room for.</summary>
    private async Task TurnAsync(List<Settled> settled, int room)
    {
        var script = new Script(Queue.Service);
        var turn = _lease.Begin(script);
        if (turn.Queue is { } queue)
        {
            script.AddSettlements(queue, turn.Consumer, settled);
            if (turn.Sweeps) script.AddSweep(queue, turn.Consumer);
            if (turn.CleansUp) script.AddHousekeeping(queue);
        }

        IReadOnlyList<TakenMessage> suspects = [], taken = [];
        IReadOnlyList<(long? Due, long? Expiry)> alarms = [];
        if (turn.Queue is { } from && room > 0)
        {
            var read = TakenMessage.Reader(from, turn.Consumer, _clock);
            // What died with its consumer may have killed it, and those beside it are innocent: one at a time is taken of them.
            if (!HoldsSuspect(settled)) suspects = script.Query(QueueStatements.Take, read, from, turn.Consumer, 1, 1);
            taken = script.Query(QueueStatements.Take, read, from, turn.Consumer, room, 0);
            alarms = AddAlarms(script, from);
        }

        await _database.RunAsync(script, _breaking.IsCancellationRequested && !_isStopping ? _breaking.Token : CancellationToken.None).ConfigureAwait(false);
        foreach (var (message, _, _) in settled) Drop(message);
        if (!_lease.End(turn, alarms, taken.Count + suspects.Count, room))
        {
            LoseAll();
            return;
        }

        foreach (var message in suspects.Concat(taken).OrderBy(message => message.Place))
        {
            lock (_gate) _held[message.Number] = message;
            if (!_ready.Writer.TryWrite(message))
            {
                lock (_gate) _settled.Add(new Settled(message, QueueSettlement.Release, _remembers));
            }
        }

        // Whoever waits for what was given back, or is behind it, need not wait for the next look.
        if (_isStopping && settled.Count > 0) _database.Ring(_channel);
    }

    /// <summary>Looks before it takes the only lock, where what rang may have been something else.</summary>
    private async ValueTask<bool> FoundNothingAsync()
    {
        if (_database.TellsChannelsApart || _lease.OnlyTakesFrom is not { } queue) return false;
        var script = new Script(Queue.Service) { IsReading = true };
        var ready = script.Query(QueueStatements.AnyReady, static _ => true, queue);
        var alarms = AddAlarms(script, queue);
        await _database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
        if (ready.Count > 0) return false;
        _lease.FoundNothing(alarms);
        return true;
    }

    private static IReadOnlyList<(long? Due, long? Expiry)> AddAlarms(Script script, long queue) => script.Query(
        QueueStatements.NextAlarm, static row => (row.IsDBNull(0) ? (long?)null : row.GetInt64(0), row.IsDBNull(1) ? (long?)null : row.GetInt64(1)), queue);

    private bool HoldsSuspect(List<Settled> settled)
    {
        lock (_gate) return _held.Values.Any(message => message.WasLost && !settled.Exists(one => ReferenceEquals(one.Message, message)));
    }

    private void Drop(TakenMessage message)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(message.Number, out var held) && ReferenceEquals(held, message)) _held.Remove(message.Number);
        }
    }

    // The lease was over before it was renewed: others have the messages, or are about to.
    private void LoseAll()
    {
        List<TakenMessage> lost;
        lock (_gate)
        {
            lost = [.. _held.Values];
            _held.Clear();
            _settled.Clear();
            foreach (var message in lost) message.MarkLost();
        }

        foreach (var message in lost) message.Lose();
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
