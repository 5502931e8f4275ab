using System.Runtime.CompilerServices;
using Fan.Coordination;

namespace Fan.Tests.Discovery;

/// <summary>A session with a store whose data are exchanged: it is another session with another tree then.</summary>
internal sealed class ReplacedStore(MemoryCoordinationStore first, MemoryCoordinationStore second) : ICoordinationStore
{
    private readonly CancellationTokenSource _replaced = new();

    public string DisplayName => Current.DisplayName;

    public long SessionId => Current.SessionId;

    public SessionState State => Current.State;

    public TimeSpan LeaseRemaining => Current.LeaseRemaining;

    private MemoryCoordinationStore Current => _replaced.IsCancellationRequested ? second : first;

    public Task ReplaceAsync() => _replaced.CancelAsync();

    public Task OpenAsync(CancellationToken cancellationToken = default) =>
        Task.WhenAll(first.OpenAsync(cancellationToken), second.OpenAsync(cancellationToken));

    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) =>
        Current.WatchSessionAsync(cancellationToken);

    public ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default) =>
        Current.GetAsync(path, cancellationToken);

    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default) =>
        Current.GetChildrenAsync(path, cancellationToken);

    public ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default) =>
        Current.CommitAsync(operations, cancellationToken);

    public ValueTask SyncAsync(CancellationToken cancellationToken = default) => Current.SyncAsync(cancellationToken);

    public async IAsyncEnumerable<StoreEvent> WatchAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _replaced.Token);
        await using (var events = first.WatchAsync(path, either.Token).GetAsyncEnumerator(either.Token))
        {
            while (await NextAsync(events)) yield return events.Current;
        }

        await foreach (var change in second.WatchAsync(path, cancellationToken)) yield return change;
    }

    public async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        await second.DisposeAsync();
        _replaced.Dispose();
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<StoreEvent> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException) when (_replaced.IsCancellationRequested)
        {
            return false;
        }
    }
}
