using Fan.Coordination;

namespace Fan.Cli.Sessions;

/// <summary>A store that is open already: the tool opens it itself, to tell at once what an application would go on trying.</summary>
internal sealed class OpenedStore(ICoordinationStore inner) : ICoordinationStore
{
    public string DisplayName => inner.DisplayName;

    public long SessionId => inner.SessionId;

    public SessionState State => inner.State;

    public TimeSpan LeaseRemaining => inner.LeaseRemaining;

    public Task OpenAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) =>
        inner.WatchSessionAsync(cancellationToken);

    public ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default) =>
        inner.GetAsync(path, cancellationToken);

    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default) =>
        inner.GetChildrenAsync(path, cancellationToken);

    public ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default) =>
        inner.CommitAsync(operations, cancellationToken);

    public ValueTask SyncAsync(CancellationToken cancellationToken = default) => inner.SyncAsync(cancellationToken);

    public IAsyncEnumerable<StoreEvent> WatchAsync(string path, CancellationToken cancellationToken = default) =>
        inner.WatchAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
