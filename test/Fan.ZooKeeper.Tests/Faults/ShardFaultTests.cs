using Fan.Conformance.Sharding;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Faults;

/// <summary>Owners of shards in processes that meet in an ensemble.</summary>
public sealed class ShardFaultTests(ZooKeeperServers servers) : ShardFaultConformance
{
    private ZooKeeperHarness _harness = null!;

    protected override async Task<string> OpenStoreAsync()
    {
        _harness = new ZooKeeperHarness(await servers.EnsembleAsync(), "3s");
        return _harness.Url;
    }

    protected override void Configure(FanBuilder fan) => fan.AddZooKeeperStore().AddHttp().AddIpc();

    protected override ValueTask CloseStoreAsync() => _harness.DisposeAsync();
}
