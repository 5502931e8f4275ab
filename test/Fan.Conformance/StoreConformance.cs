using System.Text;
using Fan.Coordination;

namespace Fan.Conformance;

/// <summary>What every coordination store must do. A store's tests derive from it, once for each way of running the store.</summary>
public abstract class StoreConformance : IAsyncLifetime
{
    protected IStoreHarness Harness { get; private set; } = null!;

    protected ICoordinationStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Harness = await CreateHarnessAsync();
        Store = await Harness.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<IStoreHarness> CreateHarnessAsync();

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static Task<IReadOnlyList<StoreResult>> CommitAsync(ICoordinationStore store, params StoreOperation[] operations)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.CommitAsync(operations).AsTask();
    }

    protected static StoreOperation Create(string path, string data = "", NodeKind kind = NodeKind.Persistent) =>
        new StoreOperation.Create(path, Bytes(data), kind);

    protected static StoreOperation Set(string path, string data, int version = -1) => new StoreOperation.Set(path, Bytes(data), version);

    protected static StoreOperation Delete(string path, int version = -1) => new StoreOperation.Delete(path, version);

    protected static StoreOperation Check(string path, int version = -1) => new StoreOperation.Check(path, version);

    protected static async Task<string?> TextAsync(ICoordinationStore store, string path)
    {
        ArgumentNullException.ThrowIfNull(store);
        return await store.GetAsync(path) is { } node ? Encoding.UTF8.GetString(node.Data.Span) : null;
    }

    protected static async Task RefusedAsync(
        ICoordinationStore store, StoreConflict conflict, int operation, params StoreOperation[] operations)
    {
        var error = await Assert.ThrowsAsync<StoreConflictException>(() => CommitAsync(store, operations));
        Assert.Equal((conflict, operation), (error.Conflict, error.Operation));
    }
}
