using Fan.Coordination;
using Fan.Discovery;
using Fan.Tests.Applications;
using Fan.Tests.Routing;

namespace Fan.Tests.Discovery;

/// <summary>What callers do with a version whose last instance died, in a tree that keeps empty nodes.</summary>
public sealed class EmptyVersionTests : IAsyncLifetime
{
    private const string ServicePath = "/endpoints/cellar";
    private const string VersionPath = ServicePath + "/2.0.0";

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _callers = [];
    private DisposableStore _operators = null!;

    public async ValueTask InitializeAsync()
    {
        _operators = new DisposableStore(_tree);
        foreach (var path in (string[])["/endpoints", ServicePath, VersionPath]) await CreateAsync(path);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var caller in _callers) await caller.DisposeAsync();
        _operators.Dispose();
    }

    [Fact]
    public async Task A_version_whose_last_instance_died_is_taken_away_by_those_who_follow_the_service()
    {
        var first = await RegisterAsync();
        var second = await RegisterAsync();
        for (var i = 0; i < 20; i++) await FollowAsync(2);
        await DeleteAsync(first);
        await Eventually.TrueAsync(async () => (await _callers[0].Directory.FindAsync("cellar")).Count == 1, "one is left");
        Assert.NotNull(await _operators.Store.GetAsync(VersionPath));
        await DeleteAsync(second);
        await Eventually.TrueAsync(async () => await _operators.Store.GetAsync(VersionPath) is null, "the version is gone");
        Assert.NotNull(await _operators.Store.GetAsync(ServicePath));
    }

    [Fact]
    public async Task A_version_that_was_left_while_the_follower_was_away_is_taken_away_too()
    {
        var node = await RegisterAsync();
        var caller = await FollowAsync(1);
        caller.Store.Disconnect();
        await DeleteAsync(node);
        caller.Store.Reconnect();
        await Eventually.TrueAsync(async () => await _operators.Store.GetAsync(VersionPath) is null, "the version is gone");
    }

    [Fact]
    public async Task A_version_with_a_barrier_stays_until_the_barrier_goes()
    {
        var other = await RegisterAsync("3.0.0");
        var node = await RegisterAsync();
        await FollowAsync(2);
        await CreateAsync(VersionPath + "/barrier");
        await DeleteAsync(node);
        await DeleteAsync(other);
        // The other version, left later, is looked at later by the same task.
        await Eventually.TrueAsync(
            async () => await _operators.Store.GetAsync(ServicePath + "/3.0.0") is null, "the other version is gone");
        Assert.Equal(["barrier"], await _operators.Store.GetChildrenAsync(VersionPath));
        await DeleteAsync(VersionPath + "/barrier");
        await Eventually.TrueAsync(async () => await _operators.Store.GetAsync(VersionPath) is null, "the version is gone");
    }

    [Fact]
    public async Task A_version_that_nobody_was_in_yet_is_left_alone()
    {
        var other = await RegisterAsync("3.0.0");
        await FollowAsync(1);
        await CreateAsync(ServicePath + "/4.0.0");
        await DeleteAsync(other);
        await Eventually.TrueAsync(
            async () => await _operators.Store.GetAsync(ServicePath + "/3.0.0") is null, "the one that was left is gone");
        Assert.Equal(["2.0.0", "4.0.0"], await _operators.Store.GetChildrenAsync(ServicePath));
    }

    [Fact]
    public async Task A_version_without_instances_is_no_version_to_callers()
    {
        await using var service = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var caller = await FollowAsync(1);
        Assert.Equal("Rkatsiteli", (await caller.Fan.CallAsync(
            "cellar.get", System.Text.Json.JsonDocument.Parse("""{"id": 1}""").RootElement)).GetProperty("name").GetString());
        Assert.NotNull(await _operators.Store.GetAsync(VersionPath));
    }

    private async Task<TestHost> FollowAsync(int endpoints)
    {
        var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        _callers.Add(caller);
        Assert.Equal(endpoints, (await caller.Directory.FindAsync("cellar")).Count);
        return caller;
    }

    private async Task<string> RegisterAsync(string version = "2.0.0")
    {
        if (version != "2.0.0") await CreateAsync($"{ServicePath}/{version}");
        var data = new EndpointDescription { Transport = "loop" }.ToJson();
        return (await _operators.Store.CommitAsync(
            [new StoreOperation.Create($"{ServicePath}/{version}/loop_", data, NodeKind.EphemeralSequential)]))[0].Path;
    }

    private async Task CreateAsync(string path) => await _operators.Store.CommitAsync([new StoreOperation.Create(path)]);

    private async Task DeleteAsync(string path) => await _operators.Store.CommitAsync([new StoreOperation.Delete(path)]);
}
