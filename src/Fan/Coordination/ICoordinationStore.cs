namespace Fan.Coordination;

/// <summary>
/// One session with a coordination store: a tree of small nodes with versions, ephemeral nodes bound to the session,
/// sequence numbers, atomic multi-node commits with checks, and watches. The model is ZooKeeper's.
/// </summary>
/// <remarks>
/// <para>Safe from any thread. Paths are absolute, <c>/a/b</c>, without a trailing slash; see <see cref="StorePath"/>.</para>
/// <para>Every member throws <see cref="StoreUnavailableException"/> when the store can't be reached within the store's own
/// time limit, and <see cref="OperationCanceledException"/> when cancelled; after either, whether a write was done is unknown.</para>
/// <para>When the session is lost for good, its ephemeral nodes are gone; the store opens a new one by itself and reports
/// <see cref="SessionState.Expired"/> and then <see cref="SessionState.Connected"/> with a new <see cref="SessionId"/>.</para>
/// </remarks>
public interface ICoordinationStore : IAsyncDisposable
{
    /// <summary>The store as a URL for people, without credentials, e.g. <c>sqlite:/var/lib/fan.db</c>.</summary>
    string DisplayName { get; }

    /// <summary>The id of the current session; changes when a new session replaces an expired one. 0 while there is none yet.</summary>
    long SessionId { get; }

    /// <summary>The state at this moment.</summary>
    SessionState State { get; }

    /// <summary>
    /// How long, from now on and without another word from the store, the session is known to be held; zero when that can't be
    /// known. It is measured on the monotonic clock of this machine, from the moment at which the last request that was answered
    /// had been sent, so a process that was paused past its session sees zero as soon as it runs again.
    /// </summary>
    TimeSpan LeaseRemaining { get; }

    /// <summary>Opens the session. Call it once, before anything else.</summary>
    /// <exception cref="StoreUnavailableException">The store can't be reached, or what stands there is no Fan store.</exception>
    Task OpenAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Follows the session: the current state first, then each change. Ends when the store is disposed. A slow reader sees the newest state
    /// and misses those between, but never an <see cref="SessionState.Expired"/>.
    /// </summary>
    IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads a node; null where there is none.</summary>
    ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>The names of a node's children, in ordinal order; null where the node does not exist.</summary>
    ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Does all operations or none, and returns one result for each.</summary>
    /// <exception cref="StoreConflictException">
    /// An operation could not be done; nothing was. It names the operation and the reason.
    /// </exception>
    /// <exception cref="ArgumentException">A path is not valid, or data is over <see cref="StoreLimits.MaxDataBytes"/>.</exception>
    ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default);

    /// <summary>Makes sure that later reads of this session see all that was committed, by anyone, before the call.</summary>
    ValueTask SyncAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Follows what changes at and below <paramref name="path"/>, which need not exist. The first event is always
    /// <see cref="StoreEventKind.Resync"/>, sent when the watch is armed: read then, and again at each later one.
    /// </summary>
    /// <remarks>
    /// Events of one node come in their order; several changes of one node that were not read yet may be merged into the last.
    /// When events may have been missed (reconnection, a reader too slow for the bounded buffer), a
    /// <see cref="StoreEventKind.Resync"/> stands for all of them. Ends when the store is disposed.
    /// </remarks>
    IAsyncEnumerable<StoreEvent> WatchAsync(string path, CancellationToken cancellationToken = default);
}
