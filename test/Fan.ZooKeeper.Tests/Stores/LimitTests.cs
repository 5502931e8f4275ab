using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.Stores;

/// <summary>Large data, large commits, large trees.</summary>
public sealed class LimitTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperHarness _harness = null!;

    public async ValueTask InitializeAsync() => _harness = new ZooKeeperHarness(await servers.SingleAsync());

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_commit_larger_than_servers_take_is_refused_before_it_is_sent()
    {
        var store = await _harness.OpenAsync();
        var connection = await store.Client.Session.ConnectionAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        // Each node is within the limit of a node; the servers would end the connection over all of them at once.
        foreach (var (count, size) in new[] { (2, 600_000), (1, StoreLimits.MaxDataBytes) })
        {
            var path = "/" + new string('p', count == 1 ? 1000 : 1);
            var error = await Assert.ThrowsAsync<ArgumentException>(async () => await store.CommitAsync(
                [.. Enumerable.Range(0, count).Select(i => new StoreOperation.Create(path + i, new byte[size]))],
                TestContext.Current.CancellationToken));
            Assert.Contains("jute.maxbuffer", error.Message, StringComparison.Ordinal);
        }

        await store.CommitAsync([new StoreOperation.Create("/after")], TestContext.Current.CancellationToken);
        Assert.Same(connection, await store.Client.Session.ConnectionAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_reply_larger_than_is_taken_is_named_and_other_requests_go_on()
    {
        _harness.Options.MaxReplyBytes = 10_000;
        var store = await _harness.OpenAsync();
        await store.CommitAsync([new StoreOperation.Create("/large", new byte[20_000])], TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.GetAsync("/large", TestContext.Current.CancellationToken));
        Assert.Contains("at most 10000 are taken", error.Message, StringComparison.Ordinal);
        Assert.Equal(["large"], await store.GetChildrenAsync("/", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_tree_of_a_hundred_thousand_nodes_is_written_followed_and_read()
    {
        var store = await _harness.OpenAsync();
        await store.CommitAsync([new StoreOperation.Create("/big")], TestContext.Current.CancellationToken);
        await using var watch = store.WatchAsync("/big", TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        // All of them on their way at once.
        await Task.WhenAll(Enumerable.Range(0, 100).Select(block => store.CommitAsync(
            [.. Enumerable.Range(0, 1000).Select(i => new StoreOperation.Create($"/big/{block:D2}_{i:D3}", "x"u8.ToArray()))],
            TestContext.Current.CancellationToken).AsTask()));
        var names = (await store.GetChildrenAsync("/big", TestContext.Current.CancellationToken))!;
        Assert.Equal(100_000, names.Count);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        // As many at once as may be on their way: how long others would wait for room is a matter of the machine.
        foreach (var block in names.Take(20_000).Chunk(1000))
        {
            var nodes = await Task.WhenAll(
                block.Select(name => store.GetAsync("/big/" + name, TestContext.Current.CancellationToken).AsTask()));
            Assert.All(nodes, node => Assert.Equal((byte)'x', Assert.Single(node!.Data.ToArray())));
        }

        Assert.True(await watch.MoveNextAsync());
    }
}
