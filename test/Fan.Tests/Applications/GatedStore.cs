using Fan.Coordination;

namespace Fan.Tests.Applications;

/// <summary>A store whose commits can be kept waiting.</summary>
internal sealed class GatedStore(ICoordinationStore inner) : ICoordinationStore
{
    public ICoordinationStore Inner => inner;

    /// <summary>What a commit with that operation waits for.</summary>
    public Func<StoreOperation, CancellationToken, Task> Hold { get; set; } = (_, _) => Task.CompletedTask;

    public string DisplayName => inner.DisplayName;

    public long SessionId => inner.SessionId;

    public SessionState State => inner.State;

    public TimeSpan LeaseRemaining => inner.LeaseRemaining;

    public Task OpenAsync(CancellationToken cancellationToken = default) => inner.OpenAsync(cancellationToken);

    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) =>
        inner.WatchSessionAsync(cancellationToken);

    public ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default) =>
        inner.GetAsync(path, cancellationToken);

    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default) =>
        inner.GetChildrenAsync(path, cancellationToken);

    public async ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default)
    {
        foreach (var operation in operations) await Hold(operation, cancellationToken).WaitAsync(cancellationToken);
        return await inner.CommitAsync(operations, cancellationToken);
    }

    public ValueTask SyncAsync(CancellationToken cancellationToken = default) => inner.SyncAsync(cancellationToken);

    public IAsyncEnumerable<StoreEvent> WatchAsync(string path, CancellationToken cancellationToken = default) =>
        inner.WatchAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
