using System.Globalization;
using System.Threading.Channels;
using Fan.Coordination;
using Fan.Tree;
using Microsoft.Extensions.Logging;

namespace Fan.Commits;

/// <summary>
/// Keeps the application's snapshot as of the head of the log, and does what a committer asks of all applications. While the store is away,
/// the last snapshot stays. Safe from any thread.
/// </summary>
internal sealed partial class TreeFollower : IAsyncDisposable
{
    // How far back call trees of elsewhere are served by an application that starts now.
    private const int MaxRebuilt = 256;

    // Call trees that began before a restart have ended by then.
    private static readonly TimeSpan FormerKept = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RestartTold = TimeSpan.FromMinutes(10);

    private readonly StoreConnection _connection;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;
    private readonly ILogger<TreeFollower> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _catchingUp = new(1);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _troubled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ApplicationRegister _register;
    private readonly CallHold _hold;
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private Task[] _running = [];
    private string? _trouble;
    private long _session;
    private TreeSnapshot? _announced;
    private LogRestart? _restart;
    private ITimer? _forgetting;
    private ITimer? _telling;

    public TreeFollower(
        StoreConnection connection,
        SnapshotHistory history,
        Func<ApplicationRecord> describe,
        TimeSpan patience,
        TimeProvider clock,
        ILogger<TreeFollower> logger)
    {
        (_connection, History, _patience, _clock, _logger) = (connection, history, patience, clock, logger);
        _register = new ApplicationRegister(() => Complete(describe()), ComeBackAsync, Raising, WrittenAsync);
        _hold = new CallHold(history, _register.Changed, clock, logger);
        Guard = new PauseGuard(connection, _register, CatchUpAsync, CallHold.Longest, clock);
    }

    public SnapshotHistory History { get; }

    /// <summary>Holds root calls after a pause of the process.</summary>
    public PauseGuard Guard { get; }

    /// <summary>Whether the tree was read once.</summary>
    public bool IsLoaded => _loaded.Task.IsCompletedSuccessfully;

    /// <summary>Whether it was told to follow.</summary>
    public bool IsStarted => Volatile.Read(ref _running).Length > 0;

    /// <summary>
    /// The session in which the record stood before the tree was read: whoever changed the tree since has waited for this application. 0
    /// before.
    /// </summary>
    public long Session => Volatile.Read(ref _session);

    /// <summary>That the log was found to be another one than before, for a while; else null.</summary>
    public string? Trouble => ToldRestart is { } restart
        ? $"the store {_connection.DisplayName} was restored or begun anew: the log of commits was at {restart.Before} and is at " +
            $"{restart.After}; what was switched in between is undone"
        : null;

    private LogRestart? ToldRestart =>
        Volatile.Read(ref _restart) is { } restart && _clock.GetElapsedTime(restart.At) < RestartTold ? restart : null;

    public void Start()
    {
        lock (_gate)
        {
            if (_running.Length > 0 || _stopping.IsCancellationRequested) return;
            History.Tell(drained: _register.Changed, wanted: Want, isCutOff: () => _connection.State != SessionState.Connected);
            Volatile.Write(ref _running,
            [
                // Known as alive before it reads the head: a committer that does not see it has a commit that it will read.
                OwnerTask.Run(_connection, "the log of commits", _clock, _logger, Meet, FollowAsync, _stopping.Token),
                OwnerTask.Run(_connection, "what committers ask", _clock, _logger, Meet, FollowControlAsync, _stopping.Token),
                OwnerTask.Run(_connection, "the application's record", _clock, _logger, Meet, _register.KeepAsync, _stopping.Token),
                OwnerTask.Run(_connection, "the application's record", _clock, _logger, Meet, _register.WriteAsync, _stopping.Token),
                OwnerTask.Run(_connection, "the log of commits", _clock, _logger, Meet, CatchUpOnDemandAsync, _stopping.Token),
                OwnerTask.Run(_connection, "pauses of the process", _clock, _logger, null, Guard.RunAsync, _stopping.Token),
            ]);
        }
    }

    /// <summary>Waits until the tree was read once; starts to follow where nobody did.</summary>
    /// <exception cref="ServiceUnavailableException">The store did not answer in time.</exception>
    public async ValueTask LoadedAsync(string service, CancellationToken cancellationToken)
    {
        if (IsLoaded) return;
        Start();
        try
        {
            await _loaded.Task.WaitAsync(_patience, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new ServiceUnavailableException(
                service,
                $"Routes of '{service}' are not known: " +
                $"{_trouble ?? _connection.Trouble ?? $"the store '{_connection.DisplayName}' does not answer"}.",
                error);
        }
    }

    /// <summary>Waits until the tree was read once, or the first attempt to read it has failed.</summary>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        Start();
        await _connection.Attempted.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_connection.Trouble is not null) return;
        await Task.WhenAny(_loaded.Task, _troubled.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes that what the application tells of itself has changed.</summary>
    public void RecordChanged() => _register.Changed();

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return;
            _stopping.Cancel();
        }

        await Task.WhenAll(_running).ConfigureAwait(false);
        _loaded.TrySetException(new ServiceUnavailableException("", "The application has stopped."));
        _ = _loaded.Task.Exception;
        if (_forgetting is not null) await _forgetting.DisposeAsync().ConfigureAwait(false);
        if (_telling is not null) await _telling.DisposeAsync().ConfigureAwait(false);
        _hold.Dispose();
        _catchingUp.Dispose();
        _stopping.Dispose();
        _register.Dispose();
    }

    private ApplicationRecord Complete(ApplicationRecord record)
    {
        record = record with { Prepared = _hold.Prepared, RaisesControl = true };
        if (!IsLoaded) return record;
        // Number and fingerprint are those of one snapshot.
        var current = History.Current;
        return record with
        {
            Applied = current.Number,
            Fingerprint = current.Fingerprint,
            RestoredFrom = ToldRestart?.Before,
            Oldest = History.OldestInUse
        };
    }

    private void Meet(string trouble)
    {
        _trouble = trouble;
        _troubled.TrySetResult();
    }

    private async Task FollowAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        await _register.CreatedAsync(stopping).ConfigureAwait(false);
        await foreach (var _ in store.WatchAsync(CommitPath.Head, stopping).ConfigureAwait(false))
        {
            await CatchUpAsync(store, stopping).ConfigureAwait(false);
            retry.Reset();
        }
    }

    private async Task FollowControlAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        await foreach (var _ in store.WatchAsync(CommitPath.Control, stopping).ConfigureAwait(false))
        {
            // Anything else in its place was made by hand, and holds nobody.
            if (await store.GetAsync(CommitPath.Barrier, stopping).ConfigureAwait(false) is { EphemeralOwner: not 0 } barrier)
            {
                await HoldAsync(store, barrier, stopping).ConfigureAwait(false);
            }
            else if (_hold.Prepared is not null)
            {
                await ReleaseAsync(store, stopping).ConfigureAwait(false);
            }

            History.Settle(await new CommitLog(store, _clock).ReadSettledAsync(stopping).ConfigureAwait(false));
            retry.Reset();
        }
    }

    private async Task HoldAsync(ICoordinationStore store, StoreNode barrier, CancellationToken stopping)
    {
        // Read after the barrier, so it is of that one or of a later change of the node, which no commit at that barrier outlives.
        var control = await store.GetAsync(CommitPath.Control, stopping).ConfigureAwait(false);
        _hold.Begin(barrier.CreatedTransaction.ToString(CultureInfo.InvariantCulture), control?.Version ?? -1);
    }

    // In one multi with the record: a committer at that barrier fails from then on, without a look at every record.
    private StoreOperation.Set? Raising(ApplicationRecord record) =>
        record.Prepared == CallHold.GivenUp && _hold.Control is >= 0 and var version
            ? new StoreOperation.Set(CommitPath.Control, default, version)
            : null;

    private async Task ReleaseAsync(ICoordinationStore store, CancellationToken stopping)
    {
        // The commit came with the barrier's end: nobody begins on what was before.
        await CatchUpAsync(store, stopping).ConfigureAwait(false);
        _hold.End();
    }

    // Changes that returned while the session was gone did not wait for this application. From its record on it keeps their promise too.
    private async Task ComeBackAsync(ICoordinationStore store, Func<Task> register, CancellationToken stopping)
    {
        _hold.BeginReturn();
        try
        {
            await register().ConfigureAwait(false);
            await CatchUpAsync(store, stopping).ConfigureAwait(false);
        }
        finally
        {
            _hold.EndReturn();
        }
    }

    // The commit may have come between the decision to give up and the record that says so.
    private async Task WrittenAsync(ICoordinationStore store, ApplicationRecord record, CancellationToken stopping)
    {
        if (record.Prepared != CallHold.GivenUp) return;
        await CatchUpAsync(store, stopping).ConfigureAwait(false);
        _hold.LetGo();
    }

    // A call of elsewhere reads a snapshot that did not come here yet: the store has it, a watch may be late.
    private async Task CatchUpOnDemandAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        await foreach (var _ in _wanted.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            try
            {
                await store.SyncAsync(stopping).ConfigureAwait(false);
                await CatchUpAsync(store, stopping).ConfigureAwait(false);
                History.Looked();
                retry.Reset();
            }
            catch (StoreException)
            {
                Want();
                throw;
            }
        }
    }

    private void Want() => _wanted.Writer.TryWrite(true);

    private void Malformed(string path, string reason) => CommitsLog.Malformed(_logger, path, reason);
}
