using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Tree;
using Microsoft.Extensions.Logging;

namespace Fan.Sharding;

/// <summary>
/// The shards of one service that this worker owns: it takes the lock of each that it is to own, serves calls for those only
/// whose lock it holds, and gives up what others are to own once nothing is in flight on it. So one worker at most serves a
/// shard at any time. Safe from any thread.
/// </summary>
internal sealed partial class ShardOwner : IAsyncDisposable
{
    // Of the lease: what is left for the time between the look at it and the work.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);

    private readonly string _service;
    private readonly WorkerName _name;
    private readonly string _worker;
    private readonly ShardPlan _plan;
    private readonly StoreConnection _connection;
    private readonly EndpointDirectory _directory;
    private readonly SnapshotHistory _history;
    private readonly TimeSpan _drainTimeout;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly Dictionary<int, OwnedShard> _owned = [];
    private readonly Dictionary<int, ShardPlan> _doubtful = [];
    // Locks that another session holds under this worker's name.
    private readonly HashSet<int> _heldByNamesake = [];
    private int[] _logged = [];
    private ICoordinationStore? _store;
    private ShardAssignment? _assignment;
    private (long Session, string Path) _witness;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _leaving;
    private Task[] _running = [];

    public ShardOwner(
        string service,
        WorkerName name,
        ShardPlan plan,
        StoreConnection connection,
        EndpointDirectory directory,
        SnapshotHistory history,
        TimeSpan drainTimeout,
        TimeProvider clock,
        ILogger logger)
    {
        (_service, _name, _worker, _plan, _connection, _directory, _history, _drainTimeout, _clock, _logger) = (
            service, name, name.Worker, plan, connection, directory, history, drainTimeout, clock, logger);
    }

    public ShardPlan Plan => _plan;

    /// <summary>What keeps it from owning its shards for longer than a moment, for people; null where nothing does.</summary>
    public string? Trouble => _name.Trouble;

    /// <summary>What a call ends with whose shard went away under it.</summary>
    public static ServiceUnavailableException Lost(string service, string method, Exception inner) =>
        new(service, $"'{service}.{method}' was broken off: its worker does not own the shard any more.", inner);

    public void Start()
    {
        var what = $"the shards of {_service}";
        _running =
        [
            OwnerTask.Run(_connection, what, _clock, _logger, null, ReconcileAsync, _stopping.Token),
            OwnerTask.Run(_connection, what, _clock, _logger, null, FollowLocksAsync, _stopping.Token),
            OwnerTask.Run(_connection, what, _clock, _logger, null, FollowEndpointsAsync, _stopping.Token),
            OwnerTask.Run(_connection, what, _clock, _logger, null, FollowSnapshotsAsync, _stopping.Token),
            OwnerTask.Run(_connection, what, _clock, _logger, null, FollowSessionAsync, _stopping.Token),
        ];
    }

    /// <summary>The right to serve a call; waits where this worker is to own the shard and does not hold its lock yet.</summary>
    /// <param name="keys">The call's shard keys as they travel.</param>
    /// <param name="patience">How long it may wait; null as long as it takes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ShardMovedException">Another worker is to own it. Nothing was done.</exception>
    public ValueTask<ShardLease> EnterAsync(string? keys, TimeSpan? patience, CancellationToken cancellationToken)
    {
        return TryEnter(keys) is { } lease ? new(lease) : EnterSlowlyAsync(keys, patience, cancellationToken);
    }

    /// <summary>As <see cref="EnterAsync"/>; null where it would wait or fail.</summary>
    public ShardLease? TryEnter(string? keys)
    {
        OwnedShard? owned;
        lock (_gate)
        {
            var plan = _assignment?.Plan ?? _plan;
            owned = _owned.GetValueOrDefault(plan.ShardOf(keys));
            // It may be of what the keys were divided by before.
            if (owned is null || owned.Plan.Id != plan.Id || !owned.TryEnter()) return null;
        }

        // A process that was paused past its lease may be awake again without knowing. The lease first: one that is of a new
        // session already says nothing of the lock, which went with the old one.
        if (_store!.LeaseRemaining > Margin && _store.SessionId == owned.Session) return new ShardLease(owned);
        owned.Exit();
        return null;
    }

    /// <summary>Gives up every shard: takes no more calls, waits for those in flight, and lets the locks go.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        _leaving = true;
        // Whoever waits here for a lock that will not come any more goes elsewhere.
        Tell();
        Wake();
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_owned.Count == 0) return;
                changed = _changed.Task;
            }

            // Without a store the locks go with the session.
            if (_connection.State != SessionState.Connected) return;
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        _leaving = true;
        Tell();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async ValueTask<ShardLease> EnterSlowlyAsync(string? keys, TimeSpan? patience, CancellationToken cancellationToken)
    {
        var since = _clock.GetTimestamp();
        while (true)
        {
            Task changed;
            ShardAssignment? assignment;
            lock (_gate) (changed, assignment) = (_changed.Task, _assignment);
            if (TryEnter(keys) is { } lease) return lease;
            var shard = (assignment?.Plan ?? _plan).ShardOf(keys);
            if (_leaving || (assignment is not null && !IsMine(assignment, shard))) throw Moved(assignment, shard);
            if (IsHeldByNamesake(shard)) throw HeldByNamesake(shard);
            if (patience is not { } limit)
            {
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            var left = limit - _clock.GetElapsedTime(since);
            try
            {
                await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _clock, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException error)
            {
                throw new DeadlineExceededException(
                    $"{_worker} did not come to own shard {shard} of '{_service}' in the time of the call.", error);
            }
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task FollowLocksAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        await foreach (var _ in store.WatchAsync(ShardPath.OfService(_service), stopping).ConfigureAwait(false)) Wake();
    }

    private async Task FollowSessionAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        await foreach (var state in store.WatchSessionAsync(stopping).ConfigureAwait(false))
        {
            // The locks have gone with the session: somebody else may hold them already.
            if (state == SessionState.Expired) Drop(owned => owned.Session != store.SessionId || store.State != SessionState.Connected);
            Wake();
        }
    }

    private async Task FollowEndpointsAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        var follower = _directory.Follow(_service);
        await follower.LoadedAsync(stopping).ConfigureAwait(false);
        while (true)
        {
            var seen = follower.Current;
            var lookAgain = _name.Look(seen, store.LeaseRemaining);
            Wake();
            try
            {
                await follower.ChangedAsync(seen, stopping).WaitAsync(
                    lookAgain ?? Timeout.InfiniteTimeSpan, _clock, stopping).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Nothing has changed for that long, which says something too.
            }

            stopping.ThrowIfCancellationRequested();
        }
    }

    private async Task FollowSnapshotsAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        while (true)
        {
            var applied = _history.AppliedAsync();
            Wake();
            await applied.WaitAsync(stopping).ConfigureAwait(false);
        }
    }

    private async Task ReconcileAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        _store = store;
        await store.CreateMissingAsync([CommitPath.Root, ShardPath.Root, ShardPath.OfService(_service)], stopping).ConfigureAwait(false);
        // What an interruption left half-done is looked at again.
        Wake();
        await foreach (var _ in _wake.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            var follower = _directory.Follow(_service);
            if (!follower.IsLoaded) continue;
            var assignment = ShardAssignment.Of(follower.Current, _history.Current.RouteOf(_service));
            lock (_gate) _assignment = assignment;
            // An expiry that was told while nobody listened.
            Drop(owned => owned.Session != store.SessionId);
            try
            {
                var mayTake = assignment?.Plan.Text == _plan.Text
                    && !_leaving
                    && await ShardPlanNode.EnterAsync(store, _service, assignment.Plan, stopping).ConfigureAwait(false);
                for (var shard = 0; shard < _plan.Count; shard++)
                {
                    await ReconcileAsync(
                        store, shard, assignment?.Plan ?? _plan, IsMine(assignment, shard), mayTake, stopping).ConfigureAwait(false);
                }
            }
            catch (StoreException)
            {
                Wake();
                throw;
            }

            Tell();
            LogOwned();
            retry.Reset();
        }
    }

    // One line for all that a look at the locks has changed.
    private void LogOwned()
    {
        int[] owned;
        lock (_gate) owned = [.. _owned.Keys.Order()];
        if (_logged.AsSpan().SequenceEqual(owned)) return;
        _logged = owned;
        ShardLog.Owns(_logger, _service, owned.Length, _plan.Count, ShardText.Of(owned));
    }

    private bool IsMine(ShardAssignment? assignment, int shard) =>
        !_leaving && assignment is not null && assignment.Plan.Text == _plan.Text && assignment.OwnerOf(shard) == _worker;

    private ShardMovedException Moved(ShardAssignment? assignment, int shard) => new(
        _service, shard, _leaving ? $"{_worker} gives up its shards of '{_service}'."
            : assignment!.Plan.Text != _plan.Text
            ? $"'{_service}' is divided by '{assignment.Plan.Text}' now, and {_worker} divides it by '{_plan.Text}'."
            : $"Shard {shard} of '{_service}' belongs to {assignment.OwnerOf(shard) ?? "nobody"}, not to {_worker}.");

    private void NoteNamesake(int shard, bool isHeld)
    {
        lock (_gate)
        {
            if (isHeld) _heldByNamesake.Add(shard);
            else _heldByNamesake.Remove(shard);
        }
    }

    // Who waits here would wait for as long as that process lives; it may be asked instead.
    private bool IsHeldByNamesake(int shard)
    {
        lock (_gate) return _heldByNamesake.Contains(shard) && _name.Others.Count > 0;
    }

    private ShardMovedException HeldByNamesake(int shard) => new(
        _service,
        shard,
        $"Shard {shard} of '{_service}' is held by another process that is worker '{_worker}' too ({string.Join(", ", _name.Others)}), " +
        $"not by {_name.Process}; {char.ToLowerInvariant(SharedWorkerName.Advice[0])}{SharedWorkerName.Advice[1..]}");

    private void Tell()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
