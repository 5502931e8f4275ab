using Fan.Coordination;

namespace Fan.Commits;

/// <summary>
/// Notices that the process did not run for a while (stopped, a machine that slept), by a beat that did not come. When its session
/// may have ended meanwhile, nobody has waited for it: then it reads the tree again before another root call begins. Safe from any thread.
/// </summary>
/// <param name="connection">The session with the store.</param>
/// <param name="register">The application's record, by which committers know that it lives.</param>
/// <param name="catchUp">Reads the tree as it is now.</param>
/// <param name="patience">
/// How long calls wait for that at the most; then they go on with what is known, as they do while the store is away.
/// </param>
/// <param name="clock">The clock.</param>
internal sealed class PauseGuard(
    StoreConnection connection,
    ApplicationRegister register,
    Func<ICoordinationStore, CancellationToken, Task> catchUp,
    TimeSpan patience,
    TimeProvider clock)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    // No session that is renewed ends within it.
    private readonly long _silence = clock.TimestampFrequency;
    private readonly Lock _gate = new();
    private TaskCompletionSource _beaten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last = clock.GetTimestamp();
    private long _session;
    private volatile bool _wasAway;

    /// <summary>The session at the last beat; 0 before the first.</summary>
    public long Session => Volatile.Read(ref _session);

    /// <summary>Whether the process ran all the time. Before each root call, so it is one look at the clock.</summary>
    public bool IsAwake => clock.GetTimestamp() - Volatile.Read(ref _last) < _silence;

    /// <summary>
    /// Whether the store was away at the last beat: calls went on with what is known then, and no pause makes that worse.
    /// </summary>
    public bool WasAway => _wasAway;

    /// <summary>Returns when no commit can have been missed, or the store can't say.</summary>
    public async ValueTask AwakeAsync(CancellationToken cancellationToken)
    {
        while (!IsAwake && !IsStillAway && !IsHeld(connection.LeaseRemaining, connection.SessionId))
        {
            Task beaten;
            lock (_gate) beaten = _beaten.Task;
            if (IsAwake) return;
            await beaten.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Beats for the life of the application.</summary>
    public async Task RunAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        using var ticks = new PeriodicTimer(Beat, clock);
        do
        {
            // From before the look, and the session first: the process may stop again at any line.
            var session = store.SessionId;
            var now = clock.GetTimestamp();
            if (now - Volatile.Read(ref _last) >= _silence && !IsStillAway && !IsHeld(store.LeaseRemaining, store.SessionId))
            {
                (session, now) = await RefreshAsync(store, stopping).ConfigureAwait(false);
            }

            Volatile.Write(ref _session, session);
            _wasAway = store.State != SessionState.Connected;
            Volatile.Write(ref _last, now);
            TaskCompletionSource beaten;
            lock (_gate) (beaten, _beaten) = (_beaten, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            beaten.SetResult();
            retry.Reset();
        }
        while (await ticks.WaitForNextTickAsync(stopping).ConfigureAwait(false));
    }

    private bool IsStillAway => _wasAway && connection.State != SessionState.Connected;

    // The lease was read before: it may be of a session that has replaced the one from before the pause already.
    private bool IsHeld(TimeSpan lease, long session) =>
        lease > TimeSpan.Zero && Session is var before && (before == session || before == 0);

    // In this order: known to committers again, and then what they committed before.
    private async Task<(long Session, long Now)> RefreshAsync(ICoordinationStore store, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        while (true)
        {
            var seen = (store.SessionId, clock.GetTimestamp());
            try
            {
                if (store.LeaseRemaining > TimeSpan.Zero && register.Session == seen.SessionId)
                {
                    await store.SyncAsync(both.Token).ConfigureAwait(false);
                    await catchUp(store, both.Token).ConfigureAwait(false);
                    return seen;
                }
            }
            catch (StoreException)
            {
                // The connection from before is found out to be gone; another one is on its way.
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                return (store.SessionId, clock.GetTimestamp());
            }

            if (limit.IsCancellationRequested) return (store.SessionId, clock.GetTimestamp());
            await Task.Delay(LookAgain, clock, stopping).ConfigureAwait(false);
        }
    }
}
