using System.Collections.Concurrent;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Tests.Applications;
using Fan.Tests.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Fan.Tests.Discovery;

public sealed class RegistrationTests
{
    private const string VersionPath = "/endpoints/cellar/1.2.0";

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Fact]
    public async Task An_endpoint_is_registered_at_start_and_gone_with_its_version_after_stop()
    {
        using var watcher = new DisposableStore(_tree);
        var host = await CellarAsync("one");
        var node = Assert.Single((await watcher.Store.GetChildrenAsync(VersionPath))!);
        Assert.Matches("^loop_[0-9]{10}$", node);
        var endpoint = EndpointDescription.Parse((await watcher.Store.GetAsync($"{VersionPath}/{node}"))!.Data);
        Assert.Equal(("loop", "one", true), (endpoint.Transport, endpoint.Application, endpoint.IsFan));
        Assert.Equal("id: int", Assert.Single(endpoint.Methods.Single(method => method.Name == "get").Parameters!));

        await host.DisposeAsync();
        Assert.Null(await watcher.Store.GetAsync(VersionPath));
    }

    [Fact]
    public async Task An_endpoint_tells_its_name_with_shard_keys_and_since_when_it_is_there()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        await using var host = await TestHost.StartAsync(
            _tree, _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()).AddService<ITill, Till>());
        var endpoints = (await host.Directory.ListAsync()).Endpoints.ToDictionary(
            endpoint => endpoint.Service, endpoint => endpoint.Description);
        Assert.Equal((null, "shop[shop_id].till"), (endpoints["cellar"].Template, endpoints["shop.till"].Template));
        Assert.All(endpoints.Values, endpoint => Assert.InRange(endpoint.Since!.Value, before, DateTimeOffset.UtcNow));
        Assert.All(endpoints.Values, endpoint => Assert.Empty(endpoint.Properties));
    }

    [Fact]
    public async Task A_node_that_stands_under_no_version_is_listed_as_a_problem()
    {
        using var operators = new DisposableStore(_tree);
        await operators.AddAsync("cellar", "latest", "{}");
        await operators.AddAsync("cellar", "1.x", "{}");
        await operators.AddAsync("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p", "q", "{}");
        await using var host = await CellarAsync("one");
        var listing = await host.Directory.ListAsync();
        Assert.Equal("1.2.0", Assert.Single(listing.Endpoints).Version);
        Assert.Equal(3, listing.Problems.Count);
        Assert.Contains(listing.Problems, problem => problem.Path.StartsWith("/endpoints/cellar/latest/", StringComparison.Ordinal)
            && problem.Reason.StartsWith("'latest', under which it stands, is no version", StringComparison.Ordinal));
        Assert.Contains(listing.Problems, problem => problem.Reason.Contains("16 parts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_an_expired_session_it_registers_again_once()
    {
        using var watcher = new DisposableStore(_tree);
        await using var host = await CellarAsync("one");
        var before = await IncarnationAsync(watcher);
        host.Store.Expire();
        await Eventually.TrueAsync(
            async () => await IncarnationAsync(watcher) is > 0 and var now && now != before, "registered anew, once");
    }

    [Fact]
    public async Task A_node_that_somebody_deleted_is_registered_again()
    {
        using var watcher = new DisposableStore(_tree);
        await using var host = await CellarAsync("one");
        var before = await IncarnationAsync(watcher);
        var node = Assert.Single((await watcher.Store.GetChildrenAsync(VersionPath))!);
        await watcher.Store.CommitAsync([new StoreOperation.Delete($"{VersionPath}/{node}")]);
        await Eventually.TrueAsync(async () => await IncarnationAsync(watcher) is > 0 and var now && now != before, "registered anew");
    }

    [Fact]
    public async Task While_a_barrier_stands_a_version_waits_and_its_data_may_change_meanwhile()
    {
        using var operators = new DisposableStore(_tree);
        foreach (var parent in EndpointPath.Chain("cellar", "1.2.0")) await operators.Store.CommitAsync([parent]);
        await operators.Store.CommitAsync([new StoreOperation.Create(VersionPath + "/barrier")]);
        await using var host = await CellarAsync("one");
        Assert.Equal(["barrier"], await operators.Store.GetChildrenAsync(VersionPath));
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Contains("barrier", health.Entries["fan"].Description, StringComparison.Ordinal);

        await operators.Store.CommitAsync([new StoreOperation.Set(VersionPath + "/barrier", "x"u8.ToArray())]);
        Assert.Equal(["barrier"], await operators.Store.GetChildrenAsync(VersionPath));
        host.Store.Expire();
        await operators.Store.CommitAsync([new StoreOperation.Delete(VersionPath + "/barrier")]);
        await Eventually.TrueAsync(async () => await operators.Store.GetChildrenAsync(VersionPath) is [var node] && node.StartsWith(
            "loop_", StringComparison.Ordinal), "registered");
    }

    [Fact]
    public async Task A_persistent_endpoint_stays_and_is_taken_over_at_the_next_start()
    {
        using var watcher = new DisposableStore(_tree);
        var host = await TestHost.StartAsync(
            _tree, _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()).Persistent<ICellar>());
        await host.DisposeAsync();
        var node = Assert.Single((await watcher.Store.GetChildrenAsync(VersionPath))!);
        Assert.Equal(0, (await watcher.Store.GetAsync($"{VersionPath}/{node}"))!.EphemeralOwner);
    }

    [Fact]
    public async Task A_start_while_the_store_is_away_goes_on_and_registers_when_it_is_back()
    {
        using var watcher = new DisposableStore(_tree);
        await using var host = await CellarAsync("one");
        host.Store.Disconnect();
        host.Store.Expire();
        await Eventually.TrueAsync(
            async () => await watcher.Store.GetChildrenAsync(VersionPath) is { Count: 1 }, "registered after the return");
    }

    [Theory]
    [InlineData("2.0.0-rc.1", null, true)]
    [InlineData("2.0.0+build", null, true)]
    [InlineData("2.0.0-rc.1", "1.0", false)]
    [InlineData("2.0.0", null, false)]
    public async Task A_version_that_micro_fan_can_not_see_is_registered_and_told_where_it_has_no_other(
        string version, string? other, bool isTold)
    {
        using var logs = new Logs();
        using var operators = new DisposableStore(_tree);
        if (other is not null) await operators.AddAsync("places", other, "{}");
        await using var host = await TestHost.StartAsync(
            _tree,
            _network,
            "one",
            fan => fan.Announce("places", version, new EndpointDescription { Transport = "http", Host = "127.0.0.1", Port = 1 }),
            logs);
        Assert.Single((await operators.Store.GetChildrenAsync("/endpoints/places/" + version))!);
        // The warning comes after the registration; what it would have been is known at the end.
        await host.StopAsync();
        Assert.Equal(isTold, logs.Lines.Any(
            line => line.StartsWith($"Warning micro-fan's callers can't see version {version} of places", StringComparison.Ordinal)));
    }

    private static async Task<long> IncarnationAsync(DisposableStore watcher) =>
        await watcher.Store.GetChildrenAsync(VersionPath) is [var node]
            && await watcher.Store.GetAsync($"{VersionPath}/{node}") is { } found
            ? found.CreatedTransaction
            : 0;

    private Task<TestHost> CellarAsync(string name) =>
        TestHost.StartAsync(_tree, _network, name, fan => fan.AddService<ICellar>(_ => new Cellar(name)));

    private sealed class Logs : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
