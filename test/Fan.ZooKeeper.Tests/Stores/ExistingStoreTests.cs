using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fan.ZooKeeper.Tests.Stores;

/// <summary>Whoever only looks, as the tool does, makes no chroot.</summary>
public sealed class ExistingStoreTests(ZooKeeperServers servers)
{
    [Fact]
    public async Task A_chroot_that_is_missing_is_told_and_not_made()
    {
        await using var harness = new ZooKeeperHarness(await servers.UncollectedAsync());
        var provider = new ZooKeeperStoreProvider(
            Options.Create(new ZooKeeperOptions()), TimeProvider.System, NullLogger<ZooKeeperCoordinationStore>.Instance);
        var chroot = harness.Url[..harness.Url.IndexOf('?', StringComparison.Ordinal)];
        for (var twice = 0; twice < 2; twice++)
        {
            await using var missing = (ZooKeeperCoordinationStore)provider.CreateExisting(chroot);
            await ZooKeeperHarness.FailsToOpenAsync(missing, $"There is no store at '{harness.Chroot}'");
        }

        await harness.OpenAsync();
        await using var existing = (ZooKeeperCoordinationStore)provider.CreateExisting(chroot);
        await ZooKeeperHarness.OpenAsync(existing);
        Assert.Equal(SessionState.Connected, existing.State);
    }
}
