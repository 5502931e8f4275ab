using System.Security.Cryptography;
using Fan.Database.Engines;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>A consumer's row, which says that it lives, and when what is to be done next. Used by the consumer's loop alone.</summary>
internal sealed class ConsumerLease(QueueSubscription subscription, TimeSpan pollInterval, TimeProvider clock)
{
    private static readonly TimeSpan CleanUpInterval = TimeSpan.FromMinutes(1);

    private long _consumer = NewId();
    private long? _queue;
    private long _renewAt;
    private long _sweepAt;
    private long _cleanUpAt;
    private bool _mayHaveMore = true;

    private QueueName Queue => subscription.Queue;

    private TimeSpan LeaseTime => subscription.Policy.LeaseTime;

    /// <summary>Adds what registers it.</summary>
    public IReadOnlyList<long> AddJoin(Script script) => script.Query(
        QueueStatements.Join, static row => row.GetInt64(0), _consumer, Queue.Service, Queue.Group, MessageText.Plain(subscription.Consumer), Microseconds.Of(LeaseTime));

    /// <summary>False where there is no such queue.</summary>
    public bool Joined(IReadOnlyList<long> queues)
    {
        _queue = queues.Count > 0 ? queues[0] : null;
        _renewAt = After(LeaseTime / 3);
        (_sweepAt, _cleanUpAt) = (clock.GetTimestamp(), clock.GetTimestamp());
        return _queue is not null;
    }

    public void AddLeave(Script script) => script.Add(QueueStatements.Leave, _consumer);

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

    /// <summary>There was nothing to take.</summary>
    public void FoundNothing(IReadOnlyList<(long? Due, long? Expiry)> alarms)
    {
        _mayHaveMore = false;
        SetAlarms(alarms);
    }

    /// <summary>Begins a turn: adds the renewal where it is time, or the registration where there is none.</summary>
    public Turn Begin(Script script)
    {
        _mayHaveMore = false;
        if (_queue is null) return new Turn(null, _consumer, false, false, null, AddJoin(script));
        var now = clock.GetTimestamp();
        var renewal = now >= _renewAt ? script.Add(QueueStatements.Renew, _consumer, Microseconds.Of(LeaseTime)) : null;
        return new Turn(_queue, _consumer, now >= _sweepAt, now >= _cleanUpAt, renewal, []);
    }

    /// <summary>Ends a turn; false where it was no consumer any more, so that what it had in hand is not its own.</summary>
    public bool End(Turn turn, IReadOnlyList<(long? Due, long? Expiry)> alarms, int taken, int room)
    {
        if (turn.Queue is null)
        {
            if (Joined(turn.Joining)) _mayHaveMore = true;
            else _renewAt = _sweepAt = After(pollInterval);
            return true;
        }

        if (turn.Renewal is { Affected: 0 })
        {
            // Another row, as what was taken with the old one in the same turn is given to others.
            (_consumer, _queue, _renewAt) = (NewId(), null, clock.GetTimestamp());
            _mayHaveMore = true;
            return false;
        }

        if (turn.Renewal is not null) _renewAt = After(LeaseTime / 3);
        if (turn.CleansUp) _cleanUpAt = After(CleanUpInterval);
        if (turn.Sweeps) _sweepAt = After(Shortest(pollInterval, LeaseTime / 2));
        SetAlarms(alarms);
        _mayHaveMore |= taken > 0 && taken >= room;
        return true;
    }

    private void SetAlarms(IReadOnlyList<(long? Due, long? Expiry)> alarms)
    {
        foreach (var (due, expiry) in alarms)
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
    internal readonly record struct Turn(long? Queue, long Consumer, bool Sweeps, bool CleansUp, Statement? Renewal, IReadOnlyList<long> Joining);
}
