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

    public async Task<ICoordinationStore> OpenAsync()
    {
        var store = new SqliteCoordinationStore(SqliteStoreUrl.Parse(Url), TimeProvider.System);
        await store.OpenAsync();
        lock (_stores) _stores.Add(store);
        return store;
    }

    public Task ExpireAsync(ICoordinationStore store)
    {
        using var database = SqliteDatabase.Open(FilePath);
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
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new SqliteHarness());
}

public sealed class SqliteWatchTests : StoreWatchConformance
{
    protected override Task<IStoreHarness> CreateHarnessAsync() => Task.FromResult<IStoreHarness>(new SqliteHarness());
}
