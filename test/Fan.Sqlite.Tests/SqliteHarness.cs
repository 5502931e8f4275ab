using Fan.Conformance;
using Fan.Coordination;

namespace Fan.Sqlite.Tests;

/// <summary>A file of its own for each test, and the sessions of this process with it.</summary>
internal sealed class SqliteHarness(string session = "30s") : IStoreHarness
{
    private readonly List<ICoordinationStore> _stores = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("fan-sqlite-").FullName;

    public string FilePath => Path.Combine(Folder, "fan.db");

    public string Url => $"sqlite:{FilePath}?session={session}";

    public TimeSpan Session => SqliteStoreUrl.Parse(Url).Lease;

    public async Task<ICoordinationStore> OpenAsync()
    {
        var store = new SqliteCoordinationStore(SqliteStoreUrl.Parse(Url), TimeProvider.System);
        await store.OpenAsync();
        lock (_stores) _stores.Add(store);
        return store;
    }

    public Task ExpireAsync(ICoordinationStore store)
    {
        using var database = StoreDatabase.Open(FilePath);
        database.Begin();
        new SqliteSessions(database, new SqliteTree(database), TimeProvider.System).End(store.SessionId);
        database.Commit();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

public sealed class SqliteTreeTests : StoreTreeConformance
{
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new SqliteHarness());
}

public sealed class SqliteCommitTests : StoreCommitConformance
{
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new SqliteHarness());
}

public sealed class SqliteSessionTests : StoreSessionConformance
{
    [Fact]
    public async Task While_nobody_can_write_no_lease_is_known_any_more()
    {
        await using var harness = new SqliteHarness("3s");
        var store = await harness.OpenAsync();
        Assert.True(store.LeaseRemaining > TimeSpan.Zero);
        using (var locking = StoreDatabase.Open(harness.FilePath))
        {
            locking.Begin();
            await Eventually.TrueAsync(() => Task.FromResult(store.LeaseRemaining == TimeSpan.Zero), "the lease is over");
            locking.Rollback();
        }

        await Eventually.TrueAsync(() => Task.FromResult(store.LeaseRemaining > TimeSpan.Zero), "the lease is known again");
    }

    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new SqliteHarness());
}

public sealed class SqliteWatchTests : StoreWatchConformance
{
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new SqliteHarness());
}
