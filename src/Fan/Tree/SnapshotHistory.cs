using System.Collections.Immutable;

namespace Fan.Tree;

/// <summary>
/// The snapshots that this application may route by: the newest applied, and those before it that call trees may still read. Safe from any
/// thread.
/// </summary>
internal sealed class SnapshotHistory(TimeProvider clock)
{
    /// <summary>
    /// What is kept at the most. More commits within the life of one call tree than this end that tree with
    /// <see cref="SnapshotGoneException"/>.
    /// </summary>
    public const int MaxKept = 1024;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private TreeSnapshot _current = TreeSnapshot.CreateEmpty();
    private ImmutableSortedDictionary<long, TreeSnapshot> _older = ImmutableSortedDictionary<long, TreeSnapshot>.Empty;
    private ImmutableSortedDictionary<long, TreeSnapshot> _former = ImmutableSortedDictionary<long, TreeSnapshot>.Empty;
    private TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _held;
    private Action _drained = () => { };
    private Action _wanted = () => { };
    private Func<bool> _isCutOff = () => false;
    private long _looks;
    private TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? _changed;
    private long _appliedAt = clock.GetTimestamp();

    /// <summary>How long ago the newest was applied.</summary>
    public TimeSpan SinceApplied => clock.GetElapsedTime(Volatile.Read(ref _appliedAt));

    /// <summary>The newest applied.</summary>
    public TreeSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Whether root calls wait for a commit that is about to come.</summary>
    public bool IsHeld => Volatile.Read(ref _held) is not null;

    /// <summary>The oldest that a root call of this application reads.</summary>
    public long OldestInUse
    {
        get
        {
            // Read first: what becomes the newest meanwhile says nothing of the roots of this one.
            var current = Current;
            foreach (var (number, snapshot) in Volatile.Read(ref _older))
            {
                if (snapshot.Roots != 0) return number;
            }

            return current.Number;
        }
    }

    /// <summary>
    /// Sets who is told, from any thread, that the last root call of an older snapshot ended, and that a snapshot is needed that is not
    /// known here; and who says whether the store can't be asked now.
    /// </summary>
    public void Tell(Action drained, Action wanted, Func<bool> isCutOff) => (_drained, _wanted, _isCutOff) = (drained, wanted, isCutOff);

    /// <summary>The store was asked for a snapshot that was wanted: what it has is applied.</summary>
    public void Looked()
    {
        TaskCompletionSource looked;
        lock (_gate)
        {
            looked = _looked;
            _looks++;
            _looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        looked.SetResult();
    }

    /// <summary>
    /// Adds who is told, from any thread, that the snapshots which calls may read, or whether calls are held, have changed.
    /// </summary>
    public void Follow(Action changed)
    {
        lock (_gate) _changed += changed;
    }

    /// <summary>Begins a root call: it, and all that it causes, reads the snapshot that this returns, until <see cref="Exit"/>.</summary>
    public ValueTask<TreeSnapshot> EnterAsync(CancellationToken cancellationToken) =>
        TryEnter() is { } snapshot ? new(snapshot) : EnterSlowlyAsync(cancellationToken);

    public void Exit(TreeSnapshot snapshot)
    {
        snapshot.Exit();
        if (!ReferenceEquals(snapshot, Current) && snapshot.Roots == 0) _drained();
    }

    /// <summary>
    /// The snapshot that a call tree of elsewhere reads; where its number is of another log, the one that is nearest to it here.
    /// </summary>
    /// <exception cref="SnapshotGoneException">It is older than what is kept here.</exception>
    public ValueTask<TreeSnapshot> FindAsync(long number, CancellationToken cancellationToken) =>
        TryFind(number) is { } snapshot ? new(snapshot) : FindSlowlyAsync(number, cancellationToken);

    /// <summary>As <see cref="FindAsync"/>, null where that would wait or fail.</summary>
    public TreeSnapshot? TryFind(long number)
    {
        var current = Current;
        if (current.Number == number) return current;
        return Volatile.Read(ref _older).GetValueOrDefault(number) ?? Volatile.Read(ref _former).GetValueOrDefault(number);
    }

    /// <summary>Completed when the next snapshot is applied.</summary>
    public Task AppliedAsync()
    {
        lock (_gate) return _applied.Task;
    }

    /// <summary>Makes a snapshot the one that root calls begin with.</summary>
    public void Apply(TreeSnapshot next)
    {
        TaskCompletionSource applied;
        lock (_gate)
        {
            if (next.Number <= _current.Number) return;
            var older = _older.SetItem(_current.Number, _current);
            if (older.Count > MaxKept) older = older.Remove(older.Keys.First());
            Volatile.Write(ref _older, older);
            Volatile.Write(ref _appliedAt, clock.GetTimestamp());
            Volatile.Write(ref _current, next);
            // Who entered the one before looks again whether it is still the newest: one of the two sees the other.
            Interlocked.MemoryBarrier();
            applied = _applied;
            _applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _changed?.Invoke();
        applied.SetResult();
    }

    /// <summary>
    /// Goes over to another log: one that was restored or begun anew, whose numbers say nothing of those before. Call trees that read a
    /// number which it does not have go on with what that was, until <see cref="ForgetFormer"/>.
    /// </summary>
    public void Restart(TreeSnapshot first)
    {
        TaskCompletionSource applied;
        lock (_gate)
        {
            Volatile.Write(ref _former, _older.SetItem(_current.Number, _current));
            Volatile.Write(ref _older, ImmutableSortedDictionary<long, TreeSnapshot>.Empty);
            Volatile.Write(ref _current, first);
            Interlocked.MemoryBarrier();
            applied = _applied;
            _applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _changed?.Invoke();
        applied.SetResult();
    }

    /// <summary>Forgets the snapshots of the log before this one.</summary>
    public void ForgetFormer()
    {
        lock (_gate) Volatile.Write(ref _former, ImmutableSortedDictionary<long, TreeSnapshot>.Empty);
        _changed?.Invoke();
    }

    /// <summary>Adds snapshots from before this application knew the tree: call trees of elsewhere may still read them.</summary>
    public void Remember(IEnumerable<TreeSnapshot> earlier)
    {
        lock (_gate)
        {
            var older = _older;
            foreach (var snapshot in earlier)
            {
                if (snapshot.Number < _current.Number && older.Count < MaxKept && !older.ContainsKey(snapshot.Number))
                {
                    older = older.Add(snapshot.Number, snapshot);
                }
            }

            if (ReferenceEquals(older, _older)) return;
            Volatile.Write(ref _older, older);
        }

        _changed?.Invoke();
    }

    /// <summary>Forgets what is older than anything alive reads.</summary>
    public void Settle(long number)
    {
        lock (_gate)
        {
            var kept = _older;
            foreach (var (old, snapshot) in _older)
            {
                if (old < number && snapshot.Roots == 0) kept = kept.Remove(old);
            }

            if (ReferenceEquals(kept, _older)) return;
            Volatile.Write(ref _older, kept);
        }

        _changed?.Invoke();
    }

    /// <summary>Lets root calls wait from now on. Returns when none can begin any more.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            if (_held is not null) return;
            Volatile.Write(ref _held, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            Interlocked.MemoryBarrier();
        }

        _changed?.Invoke();
    }

    /// <summary>Lets root calls begin again.</summary>
    public void Release()
    {
        TaskCompletionSource? held;
        lock (_gate)
        {
            held = _held;
            Volatile.Write(ref _held, null);
        }

        if (held is null) return;
        _changed?.Invoke();
        held.SetResult();
    }

    /// <summary>Whether every snapshot that a call tree may read says the same of a service: then calls need not look.</summary>
    public bool Agree(Func<TreeSnapshot, bool> says) =>
        !IsHeld && says(Current) && Volatile.Read(ref _older).Values.All(says) && Volatile.Read(ref _former).Values.All(says);

    /// <summary>Whether a snapshot that a call tree may read says so.</summary>
    public bool Any(Func<TreeSnapshot, bool> says) =>
        says(Current) || Volatile.Read(ref _older).Values.Any(says) || Volatile.Read(ref _former).Values.Any(says);

    private TreeSnapshot? TryEnter()
    {
        var snapshot = Current;
        snapshot.Enter();
        // Entered while it was replaced, or while calls were held: the other side may have looked before.
        if (ReferenceEquals(snapshot, Current) && Volatile.Read(ref _held) is null) return snapshot;
        Exit(snapshot);
        return null;
    }

    private async ValueTask<TreeSnapshot> EnterSlowlyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Volatile.Read(ref _held) is { } held) await held.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (TryEnter() is { } snapshot) return snapshot;
        }
    }

    private async ValueTask<TreeSnapshot> FindSlowlyAsync(long number, CancellationToken cancellationToken)
    {
        TreeSnapshot? seen = null;
        var first = 0L;
        while (true)
        {
            Task applied, looked;
            long looks;
            lock (_gate) (applied, looked, looks) = (_applied.Task, _looked.Task, _looks);
            if (TryFind(number) is { } snapshot) return snapshot;
            var current = Current;
            if (!ReferenceEquals(current, seen)) (seen, first) = (current, looks);
            // The first look may have begun before.
            var wasAsked = looks - first >= 2;
            if (number < current.Number)
            {
                // Nothing alive reads it, or its caller follows a log that was restored, of which nothing can be known here: then this
                // application goes on with what it has.
                if (_isCutOff()) return current;
                if (wasAsked) throw new SnapshotGoneException(number, current.Number);
            }
            else if (wasAsked && Volatile.Read(ref _former) is { IsEmpty: false } former)
            {
                // The store does not have it: its caller still follows the log from before.
                return former.Values.Last();
            }

            if (!wasAsked) _wanted();
            await WaitAsync(applied, wasAsked ? applied : looked, cancellationToken).ConfigureAwait(false);
        }
    }

    // The store may go away meanwhile.
    private async Task WaitAsync(Task applied, Task looked, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(applied, looked, Task.Delay(LookAgain, clock, ending.Token)).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
