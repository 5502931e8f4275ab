using Fan.Coordination;
using Fan.Discovery;
using Fan.Tests.Routing;

namespace Fan.Tests.Discovery;

/// <summary>The nodes of one instance, as those see them who share the tree.</summary>
public sealed class EndpointNodesTests : IDisposable
{
    private const string VersionPath = "/endpoints/shop/cellar/1.2.0";

    private readonly MemoryTree _tree = new();
    private readonly DisposableStore _ours;

    public EndpointNodesTests() => _ours = new DisposableStore(_tree);

    public void Dispose() => _ours.Dispose();

    [Fact]
    public async Task The_node_that_micro_fan_calls_comes_after_every_other_of_the_instance_and_all_at_once()
    {
        var nodes = Instance("http", "ipc", "config", "zmq");
        for (var i = 0; i < 2; i++)
        {
            var created = await nodes.CreateAsync(_ours.Store, default);
            Assert.Equal(["ipc_", "other_config_", "zmq_", "config_"], created.Select(path => StorePath.Name(path)[..^10]));
            Assert.Equal(created.Order(Comparer<string>.Create((one, other) => string.CompareOrdinal(one[^10..], other[^10..]))), created);
            var transactions = new HashSet<long>();
            foreach (var path in created) transactions.Add((await _ours.Store.GetAsync(path))!.CreatedTransaction);
            Assert.Single(transactions);
            _ours.Store.Expire();
        }
    }

    [Fact]
    public async Task A_version_is_never_seen_without_the_instance_that_it_was_made_for()
    {
        var created = await Instance("http").CreateAsync(_ours.Store, default);
        Assert.Equal(
            (await _ours.Store.GetAsync(VersionPath))!.CreatedTransaction, (await _ours.Store.GetAsync(created[0]))!.CreatedTransaction);
    }

    [Fact]
    public async Task What_an_earlier_session_of_the_instance_left_is_replaced_and_what_is_there_already_is_kept()
    {
        using var earlier = new DisposableStore(_tree);
        var nodes = Instance("http", "ipc");
        var left = await nodes.CreateAsync(earlier.Store, default);
        var created = await nodes.CreateAsync(_ours.Store, default);
        Assert.Empty(created.Intersect(left));
        Assert.Equal(created.Order(StringComparer.Ordinal), (await ChildrenAsync())!.Select(name => StorePath.Join(VersionPath, name)));
        Assert.Equal(created.Order(StringComparer.Ordinal), (await nodes.CreateAsync(_ours.Store, default)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_version_goes_with_its_last_instance_though_the_store_would_keep_it()
    {
        await MakePersistentAsync();
        var (one, two) = (Instance("http", "ipc"), Instance("http"));
        var first = await one.CreateAsync(_ours.Store, default);
        var second = await two.CreateAsync(_ours.Store, default);
        await one.DeleteAsync(_ours.Store, first, default);
        Assert.Equal(second.Select(StorePath.Name), await ChildrenAsync());
        await two.DeleteAsync(_ours.Store, second, default);
        Assert.Null(await ChildrenAsync());
        Assert.Equal([], await _ours.Store.GetChildrenAsync("/endpoints/shop/cellar"));
    }

    [Fact]
    public async Task A_version_with_a_barrier_stays_when_its_last_instance_leaves()
    {
        await MakePersistentAsync();
        var created = await Instance("http").CreateAsync(_ours.Store, default);
        await _ours.Store.CommitAsync([new StoreOperation.Create(VersionPath + "/barrier")]);
        await Instance("http").DeleteAsync(_ours.Store, created, default);
        Assert.Equal(["barrier"], await ChildrenAsync());
    }

    [Fact]
    public async Task The_nodes_above_a_version_stay_so_that_whoever_registers_at_this_moment_finds_them()
    {
        var nodes = Instance("http");
        await nodes.DeleteAsync(_ours.Store, await nodes.CreateAsync(_ours.Store, default), default);
        Assert.Null(await ChildrenAsync());
        Assert.NotNull(await _ours.Store.GetAsync("/endpoints/shop/cellar"));
    }

    [Theory]
    [InlineData("::1", "\"host\":\"[::1]\"")]
    [InlineData("[fe80::1]", "\"host\":\"[fe80::1]\"")]
    [InlineData("10.0.0.7", "\"host\":\"10.0.0.7\"")]
    [InlineData(null, "\"transport\":\"http\",\"port\":80")]
    public void An_address_is_written_as_it_stands_in_a_url(string? host, string expected)
    {
        var json = System.Text.Encoding.UTF8.GetString(new EndpointDescription
        {
            Transport = "http",
            Host = host,
            Port = 80,
            Methods = [new EndpointMethod { Name = "get", Url = "/g" }]
        }.ToJson());
        Assert.Contains(expected, json, StringComparison.Ordinal);
        Assert.Contains("\"port\":80", json, StringComparison.Ordinal);
        Assert.Contains("""{"name":"get","url":"/g","method":"GET"}""", json, StringComparison.Ordinal);
        Assert.DoesNotContain("null", json, StringComparison.Ordinal);
    }

    private static EndpointNodes Instance(params string[] transports)
    {
        var instance = Guid.NewGuid().ToString("N");
        return new EndpointNodes(
            "shop.cellar",
            "1.2.0",
            transports.Select(transport => new EndpointDescription { Transport = transport, IsFan = true, Instance = instance }),
            persistent: false);
    }

    // As micro-fan makes it.
    private async Task MakePersistentAsync()
    {
        foreach (var parent in EndpointPath.Above("shop.cellar").Append(new StoreOperation.Create(VersionPath)))
        {
            await _ours.Store.CommitAsync([parent]);
        }
    }

    private async Task<IReadOnlyList<string>?> ChildrenAsync() => await _ours.Store.GetChildrenAsync(VersionPath);
}
