using Fan.Conformance;
using Fan.ZooKeeper.Client;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Client;

/// <summary>What the client can do beyond what a store needs.</summary>
public sealed class NodeKindTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperHarness _harness = null!;
    private ZooKeeperClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _harness = new ZooKeeperHarness(await servers.SingleAsync());
        _client = (await _harness.OpenAsync()).Client;
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Nodes_with_a_time_to_live_go_when_nobody_touches_them()
    {
        var results = await _client.MultiAsync([
            new CreateNode("/plain", default, CreateMode.Persistent, AccessRule.Open),
            new CreateNode("/ttl", "x"u8.ToArray(), CreateMode.PersistentWithTtl, AccessRule.Open, TimeSpan.FromMilliseconds(200)),
            new CreateNode("/ttl_", default, CreateMode.PersistentSequentialWithTtl, AccessRule.Open, TimeSpan.FromMilliseconds(200)),
            new CreateNode("/kept", default, CreateMode.PersistentWithTtl, AccessRule.Open, TimeSpan.FromHours(1))]);
        Assert.Equal("/ttl_0000000002", results[2].Path);
        Assert.Equal(1, results[1].Stat!.DataLength);
        Assert.Equal(0, (await _client.ExistsAsync("/kept"))!.EphemeralOwner);
        await Eventually.TrueAsync(
            async () => await _client.ExistsAsync("/ttl") is null && await _client.ExistsAsync("/ttl_0000000002") is null, "they are gone");
        Assert.NotNull(await _client.ExistsAsync("/kept"));
    }

    [Fact]
    public async Task The_ephemeral_nodes_of_the_own_session_are_listed()
    {
        var other = (await _harness.OpenAsync()).Client;
        await other.MultiAsync([new CreateNode("/e_theirs", default, CreateMode.Ephemeral, AccessRule.Open)]);
        await _client.MultiAsync([
            new CreateNode("/e_ours", default, CreateMode.Ephemeral, AccessRule.Open),
            new CreateNode("/other", default, CreateMode.Ephemeral, AccessRule.Open),
            new CreateNode("/e_stays", default, CreateMode.Persistent, AccessRule.Open)]);
        Assert.Equal(["/e_ours"], await _client.GetEphemeralsAsync("/e_"));
    }

    [Fact]
    public async Task A_multi_of_checks_alone_is_answered_and_refused_as_any_other()
    {
        await _client.MultiAsync([new CreateNode("/n", default, CreateMode.Persistent, AccessRule.Open)]);
        await _client.MultiAsync([new CheckNode("/n", 0), new CheckNode("/n", -1)]);
        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => _client.MultiAsync([new CheckNode("/n", 0), new CheckNode("/n", 7)]));
        Assert.Equal((ErrorCode.BadVersion, 1), (refused.Code, refused.Index));
    }

    [Fact]
    public async Task The_access_list_of_a_node_that_is_not_there_is_refused()
    {
        Assert.Equal(ErrorCode.NoNode, (await Assert.ThrowsAsync<RefusedException>(() => _client.GetAclAsync("/nowhere"))).Code);
        Assert.Equal(
            ErrorCode.NoNode, (await Assert.ThrowsAsync<RefusedException>(() => _client.SetAclAsync("/nowhere", AccessRule.Open))).Code);
    }
}
