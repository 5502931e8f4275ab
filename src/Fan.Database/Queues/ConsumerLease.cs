using System.Security.Cryptography;
using Fan.Database.Engines;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>A consumer's row, which says that it lives, and when what is to be done next. Used by the consumer's loop alone.</summary>
internal sealed class ConsumerLease(QueueSubscription subscription, TimeSpan pollInterval, TimeProvider clock)
{
    private static readonly TimeSpan CleanUpInterval = TimeSpan.FromMinutes(1);

    private readonly LeaseWatch _others = new(subscription.Policy.LeaseTime / 2, clock);
    private long _consumer = NewId();
    private long? _queue;
    private long? _queueBefore;
    private long _renewAt;
    private long _sweepAt;
    private long _cleanUpAt;
    private bool _mayHaveMore = true;

    private QueueName Queue => subscription.Queue;

    private TimeSpan LeaseTime => subscription.Policy.LeaseTime;

    /// <summary>Adds what registers it.</summary>
    public IReadOnlyList<long> AddJoin(Script script) => script.Query(
        QueueStatements.Join,
        static row => row.GetInt64(0),
        _consumer,
        Queue.Service,
        Queue.Group,
        subscription.Consumer,
        Microseconds.Of(LeaseTime));

    /// <summary>False where there is no such queue.</summary>
    public bool Joined(IReadOnlyList<long> queues)
    {
        _queue = queues.Count > 0 ? queues[0] : null;
        _queueBefore = _queue ?? _queueBefore;
        _renewAt = After(LeaseTime / 3);
        (_sweepAt, _cleanUpAt) = (clock.GetTimestamp(), clock.GetTimestamp());
        return _queue is not null;
    }

    public void AddLeave(Script script) => script.Add(QueueStatements.Leave, _consumer);

    /// <summary>Whether somebody deleted its queue.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Whether it is time to ask the database something.</summary>
    public bool HasWork(int room) => TimeUntilWork(room) <= TimeSpan.Zero;

    public TimeSpan TimeUntilWork(int room)
    {
        if (_mayHaveMore && room > 0) return TimeSpan.Zero;
        return clock.GetElapsedTime(clock.GetTimestamp(), room > 0 ? Math.Min(_renewAt, _sweepAt) : _renewAt);
    }

    /// <summary>Somebody rang, or the time was over: there may be something to take.</summary>
    public void Woken() => _mayHaveMore = true;

    /// <summary>The queue where a turn would do nothing but take messages, if there are any; null otherwise.</summary>
    public long? OnlyTakesFrom => _queue is { } queue && clock.GetTimestamp() is var now && now < _renewAt && now < _sweepAt ? queue : null;

    /// <summary>Adds the question when something is to be done next.</summary>
    public IReadOnlyList<Alarm> AddAlarms(Script script, long queue) => script.Query(
        QueueStatements.NextAlarm,
        static row => new Alarm(row.IsDBNull(0) ? null : row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetInt64(2) > 0),
        queue, _consumer);

    /// <summary>There was nothing to take.</summary>
    public void FoundNothing(IReadOnlyList<Alarm> alarms)
    {
        _mayHaveMore = false;
        SetAlarms(alarms);
    }

    /// <summary>Begins a turn: adds the renewal where it is time, or the registration where there is none.</summary>
    public Turn Begin(Script script)
    {
        _mayHaveMore = false;
        if (_queue is null)
        {
            var policy = subscription.Policy;
            var declaring = script.Add(
                QueueStatements.DeclareAgain,
                Queue.Service,
                Queue.Group,
                policy.MaxAttempts,
                Microseconds.Of(policy.TimeToLive),
                (long?)policy.MaxMessages,
                Microseconds.Of(policy.RememberFor),
                Microseconds.Of(policy.DeadLetterRetention), policy.MaxDeadLetters);
            if (_queueBefore is { } before)
            {
                foreach (var adopt in (string[])[QueueStatements.AdoptMessages, QueueStatements.AdoptDead, QueueStatements.AdoptHandled])
                {
                    script.Add(adopt, before, Queue.Service, Queue.Group);
                }
            }

            return new Turn(null, _consumer, false, false, declaring, null, AddJoin(script), []);
        }

        var now = clock.GetTimestamp();
        var renewal = now >= _renewAt ? script.Add(QueueStatements.Renew, _consumer, Microseconds.Of(LeaseTime)) : null;
        return new Turn(_queue, _consumer, now >= _sweepAt, now >= _cleanUpAt, null, renewal, [], _others.Over);
    }

    /// <summary>Adds what time has brought, and the question how the leases of others are.</summary>
    /// <param name="script">The script.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="known">What the consumer has in hand, as far as it knows.</param>
    public IReadOnlyList<(SeenLease Lease, TimeSpan Left)> AddSweep(Script script, Turn turn, long[] known)
    {
        var others = AddLeases(script, turn, known);
        script.AddExpiry(turn.Queue!.Value, turn.Consumer);
        script.AddDue(turn.Queue.Value);
        return others;
    }

    /// <summary>The part of <see cref="AddSweep"/> that is about who has what in hand.</summary>
    public IReadOnlyList<(SeenLease Lease, TimeSpan Left)> AddLeases(Script script, Turn turn, long[] known)
    {
        var queue = turn.Queue!.Value;
        script.Add(QueueStatements.ReleaseUnknown, queue, turn.Consumer, known);
        foreach (var (consumer, until) in turn.Over) script.Add(QueueStatements.EndLease, consumer, until);
        script.Add(QueueStatements.GiveBackLost, queue);
        return script.Query(
            QueueStatements.OtherLeases,
            static row => (new SeenLease(row.GetInt64(0), row.GetInt64(1)), Microseconds.ToTime(row.GetInt64(2))),
            queue,
            turn.Consumer);
    }

    /// <summary>The sweep was done.</summary>
    public void Swept(IReadOnlyList<(SeenLease Lease, TimeSpan Left)> others) => _others.Note(others);

    /// <summary>Something failed: what was taken meanwhile may not be known, and is looked for.</summary>
    public void Failed() => _sweepAt = clock.GetTimestamp();

    /// <summary>Ends a turn, and tells whether it is a consumer still.</summary>
    public LeaseState End(Turn turn, IReadOnlyList<Alarm> alarms, int taken, int room)
    {
        if (turn.Queue is null)
        {
            if (Joined(turn.Joining)) _mayHaveMore = true;
            else _renewAt = _sweepAt = After(pollInterval);
            IsDeleted = _queue is null;
            return IsDeleted ? LeaseState.Deleted : turn.Declaring!.Affected > 0 ? LeaseState.DeclaredAgain : LeaseState.Kept;
        }

        if (turn.Renewal is { Affected: 0 } || alarms.Any(alarm => !alarm.IsConsumer))
        {
            // Another row, as what was taken with the old one in the same turn is given to others.
            (_consumer, _queue, _renewAt) = (NewId(), null, clock.GetTimestamp());
            _mayHaveMore = true;
            return LeaseState.Lost;
        }

        if (turn.Renewal is not null) _renewAt = After(LeaseTime / 3);
        if (turn.CleansUp) _cleanUpAt = After(CleanUpInterval);
        if (turn.Sweeps) _sweepAt = After(Shortest(pollInterval, LeaseTime / 2));
        SetAlarms(alarms);
        _mayHaveMore |= taken > 0 && taken >= room;
        return LeaseState.Kept;
    }

    private void SetAlarms(IReadOnlyList<Alarm> alarms)
    {
        foreach (var (due, expiry, _) in alarms)
        {
            foreach (var alarm in (long?[])[due, expiry])
            {
                // Rounded up, so that the time has come when it looks.
                if (alarm is { } left) _sweepAt = Math.Min(_sweepAt, After(Microseconds.ToTime(Math.Max(left, 0) + 1000)));
            }
        }
    }

    private static TimeSpan Shortest(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private long After(TimeSpan time) => clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);

    private static long NewId() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    /// <summary>What one turn does.</summary>
    internal readonly record struct Turn(
        long? Queue,
        long Consumer,
        bool Sweeps,
        bool CleansUp,
        Statement? Declaring,
        Statement? Renewal,
        IReadOnlyList<long> Joining,
        IReadOnlyList<SeenLease> Over);

    /// <summary>When something becomes due or expires, in microseconds from now, and whether the consumer's row is there.</summary>
    internal readonly record struct Alarm(long? Due, long? Expiry, bool IsConsumer);
}

/// <summary>What a turn found of its consumer.</summary>
internal enum LeaseState
{
    /// <summary>It is one.</summary>
    Kept,

    /// <summary>It was none any more: what it had in hand is not its own.</summary>
    Lost,

    /// <summary>Its queue was gone, and is there again.</summary>
    DeclaredAgain,

    /// <summary>Somebody deleted its queue.</summary>
    Deleted,
}
