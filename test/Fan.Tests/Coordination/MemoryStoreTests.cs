using Fan.Conformance;
using Fan.Coordination;

namespace Fan.Tests.Coordination;

public sealed class MemoryTreeTests : StoreTreeConformance
{
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new MemoryHarness());
}

public sealed class MemoryCommitTests : StoreCommitConformance
{
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new MemoryHarness());
}

public sealed class MemorySessionTests : StoreSessionConformance
{
    [Fact]
    public void While_it_is_disconnected_no_lease_is_known()
    {
        var store = (MemoryCoordinationStore)Store;
        store.Disconnect();
        Assert.Equal(TimeSpan.Zero, store.LeaseRemaining);
        store.Reconnect();
        Assert.True(store.LeaseRemaining > TimeSpan.Zero);
    }

    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new MemoryHarness());
}

public sealed class MemoryWatchTests : StoreWatchConformance
{
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new MemoryHarness());
}

internal sealed class MemoryHarness : IStoreHarness
{
    private readonly MemoryTree _tree = new();
    private readonly List<ICoordinationStore> _stores = [];

    public TimeSpan Session => TimeSpan.MaxValue;

    public async Task<ICoordinationStore> OpenAsync()
    {
        var store = new MemoryCoordinationStore(_tree);
        await store.OpenAsync();
        lock (_stores) _stores.Add(store);
        return store;
    }

    public Task ExpireAsync(ICoordinationStore store)
    {
        ((MemoryCoordinationStore)store).Expire();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
    }
}
