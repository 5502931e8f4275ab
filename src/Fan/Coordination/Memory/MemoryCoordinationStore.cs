using System.Runtime.CompilerServices;

namespace Fan.Coordination;

/// <summary>
/// One session with a <see cref="MemoryTree"/>: the store for tests and for applications of one process. Safe from any thread.
/// </summary>
/// <remarks>Beyond the interface it can be cut off and expired on demand, so that what must survive that can be tested.</remarks>
public sealed class MemoryCoordinationStore(MemoryTree tree) : ICoordinationStore
{
    private readonly Lock _gate = new();
    private readonly List<StoreWatch> _watches = [];
    private readonly StateFeed _states = new();
    private long _session;

    /// <inheritdoc/>
    public string DisplayName => "memory:";

    /// <inheritdoc/>
    public long SessionId => Volatile.Read(ref _session);

    /// <inheritdoc/>
    public SessionState State => _states.Current;

    /// <inheritdoc/>
    public TimeSpan LeaseRemaining => State == SessionState.Connected ? TimeSpan.MaxValue : TimeSpan.Zero;

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellationToken = default)
    {
        if (State != SessionState.None) throw new InvalidOperationException("The store is open already.");
        Volatile.Write(ref _session, tree.Join(this));
        _states.Set(SessionState.Connected);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) =>
        _states.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        cancellationToken.ThrowIfCancellationRequested();
        RequireConnection();
        return new(tree.Read(nodes => nodes.Get(path)));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        cancellationToken.ThrowIfCancellationRequested();
        RequireConnection();
        return new(tree.Read(nodes => nodes.Children(path)));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default)
    {
        StoreLimits.Validate(operations);
        cancellationToken.ThrowIfCancellationRequested();
        return new(tree.Commit(operations, () =>
        {
            // Under the tree's lock: a session that ends at this moment has ended before or after the whole commit.
            RequireConnection();
            return SessionId;
        }));
    }

    /// <inheritdoc/>
    public ValueTask SyncAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireConnection();
        return default;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEvent> WatchAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        var watch = new StoreWatch(path);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(State == SessionState.Closed, this);
            _watches.Add(watch);
        }

        try
        {
            await foreach (var change in watch.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return change;
        }
        finally
        {
            lock (_gate) _watches.Remove(watch);
        }
    }

    /// <summary>Cuts the connection: every request fails until <see cref="Reconnect"/>; the session and its nodes stay.</summary>
    public void Disconnect() => _states.Set(SessionState.Disconnected);

    /// <summary>Restores the connection with the same session. Watches resync, since they may have missed something.</summary>
    public void Reconnect()
    {
        _states.Set(SessionState.Connected);
        lock (_gate) _watches.ForEach(watch => watch.Resync());
    }

    /// <summary>Expires the session: its ephemeral nodes go, and a new session takes its place.</summary>
    public void Expire()
    {
        _states.Set(SessionState.Expired);
        tree.End(SessionId);
        Volatile.Write(ref _session, tree.Join(this));
        Reconnect();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (State == SessionState.Closed) return default;
        _states.Set(SessionState.Closed);
        tree.Leave(this);
        // A store that was never opened owns nothing; 0 is the owner of everything persistent.
        if (SessionId != 0) tree.End(SessionId);
        lock (_gate) _watches.ForEach(watch => watch.Complete());
        return default;
    }

    internal void Offer(StoreEvent change)
    {
        if (State != SessionState.Connected) return;
        lock (_gate) _watches.ForEach(watch => watch.Offer(change));
    }

    private void RequireConnection()
    {
        var state = State;
        ObjectDisposedException.ThrowIf(state == SessionState.Closed, this);
        if (state != SessionState.Connected) throw new StoreUnavailableException($"The store '{DisplayName}' is not connected ({state}).");
    }
}
