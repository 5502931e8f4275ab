using System.Text.Json;
using Fan.Coordination;
using Fan.Proxies;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Proxies;

/// <summary>Proxies that send calls on to each other by name: what a caller said goes along, however many they are.</summary>
public sealed class ProxyChainTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private readonly Wines _one = new("one");
    private readonly Wines _two = new("two");
    private TestHost _caller = null!;

    public async ValueTask InitializeAsync()
    {
        await StartAsync("ones", fan => fan.AddService<IWinesOne>(_ => _one));
        await StartAsync("twos", fan => fan.AddService<IWinesTwo>(_ => _two));
        _caller = await StartAsync("caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_range_of_the_caller_holds_through_proxies_in_a_row(int count)
    {
        await ChainAsync(count, "wines");
        Assert.Equal("one:1", await _caller.Fan.Get<IWinesOne>().FindAsync(1));
        Assert.Equal("two:2", await _caller.Fan.Get<IWinesTwo>().FindAsync(2));
        Assert.Equal("two:3", await FindAsync(3, null));
        Assert.Equal("one:4", await FindAsync(4, "^1"));
        Assert.Equal("one:5", await FindAsync(5, ">=1.0 <2 || 0.9"));
        Assert.Equal(
            ["^3"], (await Assert.ThrowsAsync<NoMatchingVersionException>(async () => await FindAsync(6, "^3"))).Requested.Split(' '));

        await foreach (var _ in _caller.Fan.Get<IWinesOne>().CountAsync(3)) { }
        Assert.Equal(3, _one.Counted);
        await _caller.Fan.Get<IWinesOne>().ChangedAsync(7);
        await Eventually.TrueAsync(() => _one.Changed.Contains(7), "the push is handled by the version that its caller accepts");
        Assert.Empty(_two.Changed);
    }

    [Fact]
    public async Task The_range_goes_past_a_proxy_of_another_service_and_is_not_taken_for_its_versions()
    {
        // first (wines) ▸ middle (winery, whose only version fits no ^2) ▸ last (wines).
        var winery = new Wines("winery");
        await StartAsync("wineries", fan => fan.AddService<IWinery>(_ => winery));
        await StartAsync("last", fan => fan.AddProxy("last", "wines", (call, ct) => call.ForwardAsync(null, ct)));
        var goesOn = true;
        await StartAsync("middle", fan => fan.AddProxy(
            "middle", "winery", (call, ct) => call.ForwardAsync(goesOn ? new ProxyTarget { Service = "last" } : null, ct)));
        await StartAsync(
            "first", fan => fan.AddProxy("first", "wines", (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "middle" }, ct)));
        await InAsync("wines", "first");
        Assert.Equal("one:1", await FindAsync(1, "^1"));
        Assert.Equal("two:2", await FindAsync(2, "^2"));
        goesOn = false;
        Assert.Equal("winery:3", await FindAsync(3, "^2"));
    }

    [Fact]
    public async Task What_a_proxy_asks_for_goes_before_what_the_caller_accepts()
    {
        await StartAsync("last", fan => fan.AddProxy("last", "wines", (call, ct) => call.ForwardAsync(null, ct)));
        string? asked = null;
        await StartAsync("first", fan => fan.AddProxy(
            "first", "wines", (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "last", Version = asked }, ct)));
        await InAsync("wines", "first");
        Assert.Equal("one:1", await FindAsync(1, "^1"));
        asked = "^2";
        Assert.Equal("two:2", await FindAsync(2, "^1"));
        asked = "*";
        Assert.Equal("two:3", await FindAsync(3, "^1"));
    }

    [Fact]
    public async Task The_range_comes_back_to_the_service_over_a_proxy_of_another_one()
    {
        await StartAsync("wineries", fan => fan.AddService<IWinery>(_ => new Wines("winery")));
        await StartAsync(
            "last", fan => fan.AddProxy("last", "winery", (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "cellar" }, ct)));
        await StartAsync("cellars", fan => fan.AddProxy("cellar", "wines", (call, ct) => call.ForwardAsync(null, ct)));
        await StartAsync(
            "first", fan => fan.AddProxy("first", "wines", (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "last" }, ct)));
        await InAsync("wines", "first");
        Assert.Equal("one:1", await FindAsync(1, "^1"));
    }

    [Fact]
    public async Task A_proxy_before_a_proxy_keeps_the_range()
    {
        await StartAsync("inner", fan => fan.AddProxy("inner", "wines", (call, ct) => call.ForwardAsync(null, ct)));
        await StartAsync(
            "outer",
            fan => fan.AddProxy("outer", "inner", (call, ct) => call.ForwardAsync(null, ct), options => options.MethodsOf.Add("wines")));
        await Changes.ChangeAsync(
            [new RouteChange { Service = "wines", Alias = "inner" }, new RouteChange { Service = "inner", Alias = "outer" }], Quick);
        Assert.Equal("one:1", await FindAsync(1, "^1"));
        Assert.Equal("two:2", await FindAsync(2, "^2"));
    }

    [Fact]
    public async Task Copies_and_calls_within_the_process_of_the_proxy_keep_the_range()
    {
        await StartAsync("mirrors", fan => fan
            .AddProxy("last", "wines", (call, ct) => call.ForwardAsync(null, ct))
            .AddProxy("first", "wines", (call, ct) =>
            {
                call.Mirror(new ProxyTarget { Service = "last" });
                return call.ForwardAsync(new ProxyTarget { Service = "last" }, ct);
            }));
        await InAsync("wines", "first");
        Assert.Equal("one:1", await FindAsync(1, "^1"));
        await Eventually.TrueAsync(() =>
        {
            lock (_one.Found)
            {
                return _one.Found.SequenceEqual([1, 1]);
            }
        }, "the copy went to the version that the caller accepts");
        Assert.Empty(_two.Found);

        // By name, to a proxy of the caller's own process.
        Assert.Equal("one:2", await _hosts[^1].Fan.CallAsync<string>(
            "last.find", JsonDocument.Parse("""{"id":2}""").RootElement, new CallOptions { Version = "^1" }));
        Assert.Equal("two:3", await _hosts[^1].Fan.CallAsync<string>(
            "last.find", JsonDocument.Parse("""{"id":3}""").RootElement, new CallOptions { Version = "^2" }));
    }

    [Fact]
    public async Task User_baggage_time_and_snapshot_go_through_proxies_in_a_row()
    {
        await ChainAsync(3, "wines");
        var commit = (await Changes.ReadAsync()).Number;
        using var context = (CallContext.Current with
        {
            User = "ann",
            Baggage = new Dictionary<string, string> { ["shop"] = "7" }
        }).WithTimeout(TimeSpan.FromSeconds(10)).Use();
        Assert.Equal(["ann", "7", $"{commit}", "True"], (await _caller.Fan.Get<IWinesOne>().SeenAsync()).Split('|')[..4]);
    }

    [Fact]
    public async Task A_call_without_an_end_has_none_behind_a_proxy()
    {
        await ChainAsync(2, "wines", options => options.DefaultTimeout = TimeSpan.FromMinutes(1));
        using (CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Use()) await _caller.Fan.Get<IWinesOne>().FindAsync(1);
        Assert.Null(_one.Left);
        using (CallContext.Current.WithTimeout(TimeSpan.FromMinutes(5)).Use()) await _caller.Fan.Get<IWinesOne>().FindAsync(2);
        Assert.InRange(_one.Left!.Value, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5));
    }

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    private ValueTask<string> FindAsync(int id, string? range) =>
        _caller.Fan.CallAsync<string>(
            "wines.find", JsonDocument.Parse($$"""{"id":{{id}}}""").RootElement, new CallOptions { Version = range })!;

    private async Task ChainAsync(int count, string service, Action<FanOptions>? configure = null)
    {
        for (var at = count; at >= 1; at--)
        {
            var next = at == count ? null : new ProxyTarget { Service = $"chain{at + 1}" };
            await StartAsync($"chain{at}", fan =>
            {
                fan.AddProxy($"chain{at}", service, (call, ct) => call.ForwardAsync(next, ct));
                if (configure is not null) fan.Services.Configure(configure);
            });
        }

        await InAsync(service, "chain1");
    }

    private Task<ChangeReport> InAsync(string service, string proxy) =>
        Changes.ChangeAsync([new RouteChange { Service = service, Alias = proxy }], Quick);

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}
