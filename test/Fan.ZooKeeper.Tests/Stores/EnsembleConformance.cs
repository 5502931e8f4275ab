using Fan.Conformance;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.Stores;

public sealed class EnsembleTreeTests(ZooKeeperServers servers) : StoreTreeConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.EnsembleAsync());
}

public sealed class EnsembleCommitTests(ZooKeeperServers servers) : StoreCommitConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.EnsembleAsync());
}

public sealed class EnsembleSessionTests(ZooKeeperServers servers) : StoreSessionConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.EnsembleAsync());
}

public sealed class EnsembleWatchTests(ZooKeeperServers servers) : StoreWatchConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.EnsembleAsync());
}
