using System.Text;
using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Fan.ZooKeeper.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.ZooKeeper.Tests.Stores;

/// <summary>Credentials and access lists.</summary>
public sealed class AccessTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperHarness _owner = null!;
    private ZooKeeperEnsemble _single = null!;
    private ZooKeeperCoordinationStore _stranger = null!;

    public async ValueTask InitializeAsync()
    {
        _single = await servers.SingleAsync();
        _owner = new ZooKeeperHarness(_single);
        (_owner.Options.User, _owner.Options.Password) = ("fan", "secret");
    }

    public async ValueTask DisposeAsync()
    {
        await _owner.DisposeAsync();
        if (_stranger is not null) await _stranger.DisposeAsync();
    }

    [Fact]
    public async Task With_credentials_only_who_has_them_reads_and_writes_what_was_created()
    {
        var store = await _owner.OpenAsync();
        await store.CommitAsync([
            new StoreOperation.Create("/secret", "x"u8.ToArray()),
            new StoreOperation.Create("/e", default, NodeKind.EphemeralSequential)
        ]);
        var same = await _owner.OpenAsync();
        Assert.NotNull(await same.GetAsync("/secret"));

        await OpenStrangerAsync();
        foreach (var work in new Func<Task>[]
        {
            () => _stranger.GetAsync("/secret").AsTask(),
            () => _stranger.GetChildrenAsync("/").AsTask(),
            () => _stranger.CommitAsync([new StoreOperation.Set("/secret", default)]).AsTask(),
            () => _stranger.CommitAsync([new StoreOperation.Create("/other")]).AsTask(),
        })
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(work);
            Assert.Contains(
                "the access list of the node, or of its parent, does not allow it to these credentials",
                error.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Credentials_are_shown_on_every_connection()
    {
        await using var proxy = new TcpProxy(_single.Servers[0]);
        var store = await _owner.OpenAsync($"zookeeper://{proxy.Address}{_owner.Chroot}");
        await store.CommitAsync([new StoreOperation.Create("/secret")]);
        for (var i = 0; i < 3; i++)
        {
            proxy.Cut();
            Assert.NotNull(await store.GetAsync("/secret"));
        }
    }

    [Fact]
    public async Task An_access_list_of_one_s_own_is_set_on_every_node()
    {
        _owner.Options.Acl.Add("auth::cdrwa");
        _owner.Options.Acl.Add("world:anyone:r");
        var store = await _owner.OpenAsync();
        await store.CommitAsync([new StoreOperation.Create("/open", "x"u8.ToArray(), NodeKind.Container)]);
        var rules = (await store.Client.GetAclAsync("/open")).Select(rule => rule.ToString()).ToList();
        Assert.Equal(2, rules.Count);
        Assert.Matches("^digest:fan:.+:rwcda$", rules[0]);
        Assert.Equal("world:anyone:r", rules[1]);
        await OpenStrangerAsync();
        Assert.NotNull(await _stranger.GetAsync("/open"));
        await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await _stranger.CommitAsync([new StoreOperation.Set("/open", default)]));
        await store.Client.SetAclAsync("/open", AccessRule.Open);
        await _stranger.CommitAsync([new StoreOperation.Set("/open", default)]);
    }

    [Fact]
    public async Task Credentials_that_servers_do_not_accept_are_told_when_the_store_is_opened()
    {
        var options = new ZooKeeperClientOptions
        {
            Servers = [ServerAddress.Parse(_single.Servers[0].Address)],
            Credentials = [("nosuch", Encoding.UTF8.GetBytes("me:x"))]
        };
        await using var store = new ZooKeeperCoordinationStore(options, TimeProvider.System, NullLogger.Instance);
        await ZooKeeperHarness.FailsToOpenAsync(store, "did not accept the 'nosuch' credentials (AuthFailed)");
    }

    [Fact]
    public async Task A_chroot_that_may_not_be_made_is_told()
    {
        await _owner.OpenAsync();
        _stranger = ZooKeeperHarness.Create(_single.Url(_owner.Chroot + "/below/it"));
        await ZooKeeperHarness.FailsToOpenAsync(_stranger, $"chroot '{_owner.Chroot}/below/it' can't be made");
    }

    private async Task OpenStrangerAsync()
    {
        _stranger = ZooKeeperHarness.Create(_owner.Url);
        await ZooKeeperHarness.OpenAsync(_stranger);
    }
}
