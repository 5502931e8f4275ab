using Fan.Coordination;

namespace Fan.Tests.Coordination;

/// <summary>
/// A session with a store in which a test can come between: before each read and commit, and after one to lose its reply.
/// </summary>
internal sealed class InterruptedStore(MemoryCoordinationStore inner) : ICoordinationStore
{
    public Func<string, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    public Func<IReadOnlyList<StoreOperation>, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    /// <summary>Says of a commit that was made whether nothing is heard of it.</summary>
    public Func<IReadOnlyList<StoreOperation>, bool> LosesReply { get; set; } = _ => false;

    public string DisplayName => inner.DisplayName;

    public long SessionId => inner.SessionId;

    public SessionState State => inner.State;

    public TimeSpan LeaseRemaining => inner.LeaseRemaining;

    public Task OpenAsync(CancellationToken cancellationToken = default) => inner.OpenAsync(cancellationToken);

    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) =>
        inner.WatchSessionAsync(cancellationToken);

    public async ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        await BeforeRead(path).WaitAsync(cancellationToken);
        return await inner.GetAsync(path, cancellationToken);
    }

    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default) =>
        inner.GetChildrenAsync(path, cancellationToken);

    public async ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default)
    {
        await BeforeCommit(operations).WaitAsync(cancellationToken);
        var results = await inner.CommitAsync(operations, cancellationToken);
        return LosesReply(operations) ? throw new StoreUnavailableException("The reply was lost.") : results;
    }

    public ValueTask SyncAsync(CancellationToken cancellationToken = default) => inner.SyncAsync(cancellationToken);

    public IAsyncEnumerable<StoreEvent> WatchAsync(string path, CancellationToken cancellationToken = default) =>
        inner.WatchAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
