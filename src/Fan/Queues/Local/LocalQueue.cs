namespace Fan.Queues.Local;

/// <summary>One group's queue in the memory of this process. Safe from any thread.</summary>
internal sealed class LocalQueue : IDisposable
{
    private const double MaxSeconds = 100d * 366 * 24 * 3600;

    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(40);

    private readonly QueueName _name;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly LinkedList<LocalQueueEntry> _ready = new();
    private readonly SortedSet<(long At, long Number, LocalQueueEntry Entry)> _alarms = new(
        Comparer<(long At, long Number, LocalQueueEntry Entry)>.Create(
            static (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Number.CompareTo(b.Number)));
    private readonly Dictionary<long, LocalQueueEntry> _entries = [];
    private readonly KeyOrder _keys = new();
    private readonly HandledIds _ids;
    private readonly LocalDeadLetters _dead;
    private readonly SemaphoreSlim _available = new(0);
    private readonly ITimer _timer;
    private QueuePolicy _policy;
    private long _number;
    private int _inHand;
    private int _consumers;
    private TaskCompletionSource? _drained;

    public LocalQueue(QueueName name, QueuePolicy policy, TimeProvider clock)
    {
        _name = name;
        _policy = policy;
        _clock = clock;
        _ids = new HandledIds(clock);
        _dead = new LocalDeadLetters(clock);
        _timer = clock.CreateTimer(
            static queue => ((LocalQueue)queue!).OnAlarm(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public QueueName Name => _name;

    public int Bound => _policy.MaxMessages ?? LocalQueueTransport.DefaultMaxMessages;

    public bool IsFull
    {
        get
        {
            lock (_gate) return _entries.Count >= Bound;
        }
    }

    public void Change(QueuePolicy policy)
    {
        lock (_gate) _policy = policy;
    }

    public void Join(int consumers)
    {
        lock (_gate) _consumers += consumers;
    }

    public void Add(QueueMessage message)
    {
        lock (_gate)
        {
            if (_policy.RememberFor is not null && !_ids.Add(message.Id)) return;
            var time = (message.TimeToLive, _policy.TimeToLive) switch
            {
                ({ } own, { } all) => own < all ? own : all,
                var (own, all) => own ?? all,
            };
            var entry = new LocalQueueEntry(
                message, ++_number, _clock.GetUtcNow(), time is { } limit ? After(limit) : LocalQueueEntry.Never);
            _entries[entry.Number] = entry;
            if (message.Delay is { } delay && delay > TimeSpan.Zero) Schedule(entry, delay);
            else Enter(entry);
        }
    }

    /// <summary>Waits for the next message and takes it.</summary>
    public async ValueTask<LocalQueueEntry> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _available.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                Sweep();
                // What was announced may have died, or have been purged.
                if (_ready.First is not { } first) continue;
                var entry = first.Value;
                _ready.RemoveFirst();
                SetAlarm(entry, LocalEntryState.InHand);
                entry.Attempts++;
                _inHand++;
                return entry;
            }
        }
    }

    public void Settle(LocalQueueEntry entry, QueueSettlement settlement)
    {
        lock (_gate)
        {
            _inHand--;
            entry.LastFailure = settlement.Detail ?? entry.LastFailure;
            switch (settlement.Outcome)
            {
                case QueueOutcome.Done:
                    if (_policy.RememberFor is { } time) _ids.Handled(entry.Message.Id, time);
                    Remove(entry);
                    break;
                case QueueOutcome.Dead:
                    Die(entry, settlement.Reason!, settlement.Detail, settlement.ExceptionType);
                    break;
                case QueueOutcome.Release:
                    entry.Attempts--;
                    MakeReady(entry, first: true);
                    break;
                default:
                    Schedule(entry, settlement.Delay);
                    break;
            }

            Sweep();
            if (IsIdle) _drained?.TrySetResult();
        }
    }

    /// <summary>Ends when nothing is handled, or could be handled now.</summary>
    public Task DrainedAsync()
    {
        lock (_gate)
        {
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (IsIdle) _drained.SetResult();
            return _drained.Task;
        }
    }

    public QueueDelivery Describe(LocalQueueEntry entry) => new()
    {
        Queue = _name,
        Message = entry.ExpiresAt == LocalQueueEntry.Never ? entry.Message : LocalMessages.WithTime(entry.Message, Left(entry.ExpiresAt)),
        Attempt = entry.Attempts,
        EnqueuedAt = entry.EnqueuedAt,
        LastFailure = entry.LastFailure,
    };

    public QueueStatus Status()
    {
        lock (_gate)
        {
            Sweep();
            return new QueueStatus
            {
                Queue = _name,
                Waiting = _ready.Count,
                Scheduled = _entries.Count - _ready.Count - _inHand,
                InFlight = _inHand,
                Dead = _dead.Count(_policy),
                Consumers = _consumers,
                OldestAge = _entries.Count == 0 ? null : _clock.GetUtcNow() - _entries.Values.Min(entry => entry.EnqueuedAt),
            };
        }
    }

    public IReadOnlyList<QueueDelivery> Peek(int most)
    {
        lock (_gate)
        {
            Sweep();
            return [.. _entries.Values.Where(entry => entry.State != LocalEntryState.InHand)
                .OrderBy(entry => entry.Number)
                .Take(most)
                .Select(Describe)];
        }
    }

    public IReadOnlyList<DeadLetter> PeekDead(int most)
    {
        lock (_gate)
        {
            Sweep();
            return _dead.Peek(_policy, most);
        }
    }

    public int RetryDead(IReadOnlyCollection<string>? ids)
    {
        lock (_gate)
        {
            var back = _dead.Take(_policy, ids, Math.Max(0, Bound - _entries.Count));
            foreach (var letter in back) Add(LocalMessages.Again(letter.Message));
            return back.Count;
        }
    }

    public int Purge(QueuePart part)
    {
        lock (_gate)
        {
            if (part == QueuePart.Dead) return _dead.Clear();
            var waiting = _entries.Values.Where(entry => entry.State != LocalEntryState.InHand).ToList();
            foreach (var entry in waiting)
            {
                _ids.Forget(entry.Message.Id);
                Remove(entry);
            }

            return waiting.Count;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _available.Dispose();
    }

    private bool IsIdle => _ready.Count == 0 && _inHand == 0;

    private void OnAlarm()
    {
        lock (_gate) Sweep();
    }

    // What is due becomes ready, what is over its time dies, and the timer is set for the next of either.
    private void Sweep()
    {
        while (_alarms.Count > 0 && _alarms.Min is var next && next.At <= _clock.GetTimestamp())
        {
            _alarms.Remove(next);
            if (next.Entry.ExpiresAt <= _clock.GetTimestamp())
            {
                Die(next.Entry, DeadLetterReasons.Expired, "its time was over before an attempt could begin", null);
            }
            else
            {
                Enter(next.Entry);
            }
        }

        _timer.Change(_alarms.Count == 0 ? Timeout.InfiniteTimeSpan : Left(_alarms.Min.At), Timeout.InfiniteTimeSpan);
    }

    private void Enter(LocalQueueEntry entry)
    {
        if (_keys.Enter(entry)) MakeReady(entry, first: false);
        else SetAlarm(entry, LocalEntryState.Behind);
    }

    private void MakeReady(LocalQueueEntry entry, bool first)
    {
        SetAlarm(entry, LocalEntryState.Ready);
        if (first) _ready.AddFirst(entry);
        else _ready.AddLast(entry);
        _available.Release();
    }

    private void Schedule(LocalQueueEntry entry, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            MakeReady(entry, first: false);
            return;
        }

        entry.DueAt = After(delay);
        SetAlarm(entry, LocalEntryState.Scheduled);
    }

    private void Die(LocalQueueEntry entry, string reason, string? detail, string? exceptionType)
    {
        Remove(entry);
        _ids.Forget(entry.Message.Id);
        _dead.Add(_policy, new DeadLetter
        {
            Queue = _name,
            Message = entry.Message,
            Reason = reason,
            Detail = detail ?? entry.LastFailure,
            ExceptionType = exceptionType,
            Attempts = entry.Attempts,
            EnqueuedAt = entry.EnqueuedAt,
            DiedAt = _clock.GetUtcNow(),
        });
    }

    private void Remove(LocalQueueEntry entry)
    {
        if (entry.State == LocalEntryState.Ready) _ready.Remove(entry);
        SetAlarm(entry, LocalEntryState.Gone);
        _entries.Remove(entry.Number);
        if (_keys.Leave(entry) is { State: LocalEntryState.Behind } next) MakeReady(next, first: false);
    }

    // An entry has one alarm at the most: what happens to it next by the mere passing of time.
    private void SetAlarm(LocalQueueEntry entry, LocalEntryState state)
    {
        if (AlarmOf(entry) is var before and not LocalQueueEntry.Never) _alarms.Remove((before, entry.Number, entry));
        entry.State = state;
        if (AlarmOf(entry) is not (var at and not LocalQueueEntry.Never)) return;
        var isNext = _alarms.Count == 0 || at < _alarms.Min.At;
        _alarms.Add((at, entry.Number, entry));
        if (isNext) _timer.Change(Left(at), Timeout.InfiniteTimeSpan);
    }

    private static long AlarmOf(LocalQueueEntry entry) => entry.State switch
    {
        LocalEntryState.Scheduled => Math.Min(entry.DueAt, entry.ExpiresAt),
        LocalEntryState.Behind or LocalEntryState.Ready => entry.ExpiresAt,
        _ => LocalQueueEntry.Never,
    };

    private long After(TimeSpan time) =>
        _clock.GetTimestamp() + (long)(Math.Min(time.TotalSeconds, MaxSeconds) * _clock.TimestampFrequency);

    private TimeSpan Left(long timestamp)
    {
        var left = _clock.GetElapsedTime(_clock.GetTimestamp(), timestamp);
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left > MaxTimer ? MaxTimer : left;
    }
}
