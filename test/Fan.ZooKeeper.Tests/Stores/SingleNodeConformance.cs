using Fan.Conformance;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.Stores;

public sealed class SingleNodeTreeTests(ZooKeeperServers servers) : StoreTreeConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.SingleAsync());
}

public sealed class SingleNodeCommitTests(ZooKeeperServers servers) : StoreCommitConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.SingleAsync());
}

public sealed class SingleNodeSessionTests(ZooKeeperServers servers) : StoreSessionConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.SingleAsync());
}

public sealed class SingleNodeWatchTests(ZooKeeperServers servers) : StoreWatchConformance
{
    protected override async Task<IStoreHarness> CreateHarnessAsync() => new ZooKeeperHarness(await servers.SingleAsync());
}
