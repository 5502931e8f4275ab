using Fan.Coordination;
using Fan.Discovery;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Fan.Tests.Routing;

public sealed class RouteTests
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Fact]
    public async Task Calls_are_spread_over_the_endpoints_of_a_version()
    {
        await using var one = await CellarAsync("one");
        await using var two = await CellarAsync("two");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 2, "both are seen");
        var seen = new HashSet<string>();
        for (var i = 0; i < 100; i++) seen.Add(await caller.Fan.Get<ICellar>().WhoAsync());
        Assert.Equal(["one", "two"], seen.Order());
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_reached_fails_no_call_while_another_is_there()
    {
        await using var one = await CellarAsync("one");
        await using var two = await CellarAsync("two");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 2, "both are seen");
        _network.Cut(one.Server.Port);
        for (var i = 0; i < 100; i++) Assert.Equal("two", await caller.Fan.Get<ICellar>().WhoAsync());

        _network.Restore(one.Server.Port, one.Server.Server);
        await Eventually.TrueAsync(async () => await caller.Fan.Get<ICellar>().WhoAsync() == "one", "it is tried again after its pause");
    }

    [Fact]
    public async Task An_endpoint_that_said_it_leaves_gets_calls_only_while_there_is_no_other()
    {
        await using var one = await CellarAsync("one");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        (await caller.Directory.FindAsync("cellar"))[0].Leave();
        Assert.Equal("one", await caller.Fan.Get<ICellar>().WhoAsync());
        await using var two = await CellarAsync("two");
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 2, "both are seen");
        for (var i = 0; i < 100; i++) Assert.Equal("two", await caller.Fan.Get<ICellar>().WhoAsync());
    }

    [Fact]
    public async Task A_call_that_meets_an_endpoint_that_left_waits_for_news_of_its_successor()
    {
        await using var one = await CellarAsync("one");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        var cellar = caller.Fan.Get<ICellar>();
        (await caller.Directory.FindAsync("cellar"))[0].Leave();
        await cellar.WhoAsync();
        caller.Store.Disconnect();
        await using var two = await CellarAsync("two");
        _network.Cut(one.Server.Port);
        var call = cellar.WhoAsync();
        Assert.False(call.IsCompleted);
        // One that begins while the endpoint is left out does so too.
        var next = cellar.WhoAsync();
        Assert.False(next.IsCompleted);
        caller.Store.Reconnect();
        Assert.Equal(["two", "two"], await Task.WhenAll(call, next));
    }

    [Fact]
    public async Task It_does_not_wait_for_ever()
    {
        await using var one = await CellarAsync("one");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        (await caller.Directory.FindAsync("cellar"))[0].Leave();
        _network.Cut(one.Server.Port);
        Assert.Contains(
            "tried cellar 1.2.0",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(caller.Fan.Get<ICellar>().WhoAsync)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_no_endpoint_can_be_reached_the_error_names_them_and_then_says_when_to_come_back()
    {
        await using var one = await CellarAsync("one");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        var cellar = caller.Fan.Get<ICellar>();
        await cellar.WhoAsync();
        _network.Cut(one.Server.Port);
        Assert.Contains(
            "tried cellar 1.2.0 at loop",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(cellar.WhoAsync)).Message,
            StringComparison.Ordinal);
        // A call that comes after the pause makes it twice as long: in the end one comes within it.
        FanException error;
        do error = await Assert.ThrowsAnyAsync<FanException>(cellar.WhoAsync);
        while (error is ServiceUnavailableException);
        Assert.InRange(Assert.IsType<CircuitOpenException>(error).RetryAfter, TimeSpan.Zero, TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task An_unknown_service_or_version_says_what_there_is()
    {
        await using var one = await CellarAsync("one");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", fan => fan.Uses<ICellar>("^2"));
        Assert.Equal(
            "front", (await Assert.ThrowsAsync<NoSuchServiceException>(async () => await caller.Fan.Get<IFront>().AskAsync())).Service);
        var error = await Assert.ThrowsAsync<NoMatchingVersionException>(caller.Fan.Get<ICellar>().WhoAsync);
        Assert.Equal(("^2", "1.2.0"), (error.Requested, Assert.Single(error.Available)));
        var method = await Assert.ThrowsAsync<NoSuchMethodException>(async () => await caller.Fan.CallAsync("cellar.nothing", default));
        Assert.Contains("get", method.Available);
    }

    [Fact]
    public async Task The_highest_version_in_the_range_is_taken_by_number_and_not_by_text()
    {
        using var store = new DisposableStore(_tree);
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        foreach (var version in new[] { "9.0.0", "10.0.0", "10.1.0-rc.1" })
        {
            await store.AddAsync("numbers", version, """{"transport":"loop","host":"h","port":1,"methods":[{"name":"go"}]}""");
        }
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("numbers")).Count == 3, "all are seen");
        var old = await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await caller.Fan.CallAsync("numbers.go", default, new CallOptions { Version = "^9" }));
        Assert.Contains("tried numbers 9.0.0", old.Message, StringComparison.Ordinal);
        var any = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync("numbers.go", default));
        Assert.Contains("tried numbers 10.0.0", any.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_with_garbage_is_ignored_and_listed()
    {
        using var store = new DisposableStore(_tree);
        await using var one = await CellarAsync("one");
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        foreach (var garbage in new[]
        {
            "",
            "{",
            "[]",
            "{\"transport\":5}",
            "{\"transport\":\"loop\",\"port\":\"x\",\"methods\":[]}",
            "\u0000\u0001"
        })
        {
            await store.AddAsync("cellar", "1.2.0", garbage);
        }
        Assert.Equal("one", await caller.Fan.Get<ICellar>().WhoAsync());
        var listing = await caller.Directory.ListAsync();
        Assert.Equal(6, listing.Problems.Count);
        Assert.Single(listing.Endpoints);
    }

    [Fact]
    public async Task A_hard_dependency_is_waited_for_and_makes_the_application_ready_by_itself()
    {
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", fan => fan.DependsOn<ICellar>());
        var health = caller.Services.GetRequiredService<HealthCheckService>();
        var before = await health.CheckHealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, before.Status);
        Assert.Contains("needs cellar ^1.2.0", before.Entries["fan"].Description, StringComparison.Ordinal);

        var call = caller.Fan.Get<ICellar>().WhoAsync();
        await using var one = await CellarAsync("one");
        Assert.Equal("one", await call);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
    }

    [Fact]
    public async Task Calls_go_on_with_what_is_known_while_the_store_is_away()
    {
        await using var one = await CellarAsync("one");
        await using var caller = await TestHost.StartAsync(
            _tree, _network, "caller", fan => fan.Configure(options => options.DiscoveryTimeout = TimeSpan.FromMilliseconds(50)));
        Assert.Equal("one", await caller.Fan.Get<ICellar>().WhoAsync());
        caller.Store.Disconnect();
        Assert.Equal("one", await caller.Fan.Get<ICellar>().WhoAsync());
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<IFront>().AskAsync());
        caller.Store.Reconnect();
        await Eventually.TrueAsync(
            async () => await Record.ExceptionAsync(async () => await caller.Fan.Get<IFront>().AskAsync()) is NoSuchServiceException,
            "the store is asked again");
    }

    private Task<TestHost> CellarAsync(string name) =>
        TestHost.StartAsync(_tree, _network, name, fan => fan.AddService<ICellar>(_ => new Cellar(name)));
}

/// <summary>Another program's session with the store.</summary>
internal sealed class DisposableStore : IDisposable
{
    public DisposableStore(MemoryTree tree)
    {
        Store = new MemoryCoordinationStore(tree);
        Store.OpenAsync().GetAwaiter().GetResult();
    }

    public MemoryCoordinationStore Store { get; }

    public async Task<string> AddAsync(string service, string version, string data)
    {
        foreach (var parent in EndpointPath.Chain(service, version))
        {
            if (await Store.GetAsync(parent.Path) is null) await Store.CommitAsync([parent]);
        }

        var created = await Store.CommitAsync([new StoreOperation.Create(
            EndpointPath.Version(service, version) + "/config_", System.Text.Encoding.UTF8.GetBytes(data), NodeKind.EphemeralSequential)]);
        return created[0].Path;
    }

    public void Dispose() => Store.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
