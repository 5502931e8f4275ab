using System.Text.Json;
using Fan.Commits;
using Fan.Coordination;
using Fan.Proxies;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Proxies;

/// <summary>
/// Proxies that lead to each other: refused where that can be known, ended with an error that names the way where it can't.
/// </summary>
public sealed class ProxyLoopTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private readonly Wines _wines = new("one");
    private TestHost _caller = null!;
    private int _passed;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    private IWinesOne Client => _caller.Fan.Get<IWinesOne>();

    public async ValueTask InitializeAsync()
    {
        await StartAsync("ones", fan => fan.AddService<IWinesOne>(_ => _wines));
        _caller = await StartAsync("caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task An_application_whose_proxies_stand_before_each_other_does_not_start(int count)
    {
        var refused = await Assert.ThrowsAsync<FanStartException>(() => StartAsync("ring", fan =>
        {
            for (var at = 0; at < count; at++)
            {
                fan.AddProxy($"ring{at}", $"ring{(at + 1) % count}", (call, ct) => call.ForwardAsync(null, ct));
            }
        }));
        Assert.Contains("stand before each other: ring0 ▸ ring1 ▸ ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(" ▸ ring0.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_whose_proxy_closes_a_ring_with_those_of_others_does_not_start()
    {
        await StartAsync("first", fan => fan.AddProxy("first", "second", (call, ct) => call.ForwardAsync(null, ct)));
        var refused = await Assert.ThrowsAsync<FanStartException>(
            () => StartAsync("second", fan => fan.AddProxy("second", "first", (call, ct) => call.ForwardAsync(null, ct))));
        Assert.Contains("second ▸ first ▸ second", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            () => new ServiceCollection().AddFan().AddProxy("same", "same", (call, ct) => call.ForwardAsync(null, ct)));
    }

    [Fact]
    public async Task A_commit_does_not_lead_calls_into_a_ring()
    {
        await StartAsync("proxies", fan => fan.AddProxy("proxy", "wines", (call, ct) => call.ForwardAsync(null, ct)));
        await RefusedAsync("lead in a circle: proxy ▸ proxy", Route("proxy", "proxy"));
        await RefusedAsync("lead in a circle: wines ▸ proxy ▸ wines", Route("wines", "proxy"), Route("proxy", "wines"));
        await Changes.ChangeAsync([Route("wines", "proxy")], Quick);
        await RefusedAsync("lead in a circle: proxy ▸ wines ▸ proxy", Route("proxy", "wines"));

        // Two that were started before this was looked at.
        await AnnounceAsync("left", "right");
        await AnnounceAsync("right", "left");
        await RefusedAsync("stand before each other: left ▸ right ▸ left", Route("right", "left"));
        await RefusedAsync("stand before each other: left ▸ right ▸ left", Route("right", "left"), Route("wines", "right"));
    }

    [Fact]
    public async Task A_proxy_that_sends_calls_to_itself_is_told_so()
    {
        await StartAsync(
            "proxies", fan => fan.AddProxy("proxy", "wines", (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "proxy" }, ct)));
        await Changes.ChangeAsync([Route("wines", "proxy")], Quick);
        Assert.Contains(
            "'proxy' sends a call to itself",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await Client.FindAsync(1))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_goes_round_ends_with_an_error_that_names_the_way(bool isMadeByCode)
    {
        await RingAsync(isMadeByCode);
        await Changes.ChangeAsync([Route("wines", "left")], Quick);
        var error = await Assert.ThrowsAsync<LimitExceededException>(async () => await Client.FindAsync(1));
        Assert.Equal(nameof(ProxyOptions.MaxPassed), error.Limit);
        Assert.Contains("left ▸ right ▸ left ▸ right", error.Message, StringComparison.Ordinal);
        Assert.Equal(16, _passed);

        _passed = 0;
        if (isMadeByCode) return;
        await Assert.ThrowsAsync<LimitExceededException>(async () => await Client.CountAsync(3).GetAsyncEnumerator().MoveNextAsync());
        Assert.Equal(16, _passed);
        await Assert.ThrowsAsync<LimitExceededException>(async () => await Client.ChangedAsync(3));
        Assert.Equal(32, _passed);
    }

    [Fact]
    public async Task Copies_that_go_round_end_too()
    {
        await StartAsync("left", fan => fan.AddProxy("left", "wines", (call, ct) => MirrorAsync(call, "right", ct)));
        await StartAsync("right", fan => fan.AddProxy("right", "wines", (call, ct) => MirrorAsync(call, "left", ct)));
        await Changes.ChangeAsync([Route("wines", "left")], Quick);
        Assert.Equal("one:1", await Client.FindAsync(1));
        await Eventually.TrueAsync(() => Volatile.Read(ref _passed) == 16, "the copies went as far as they may");
        Assert.Equal("one:2", await Client.FindAsync(2));
        await Eventually.TrueAsync(() => Volatile.Read(ref _passed) == 32, "the copies of the next call too, and no more of the first");

        ValueTask MirrorAsync(ProxiedCall call, string to, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _passed);
            call.Mirror(new ProxyTarget { Service = to });
            return call.ForwardAsync(null, cancellationToken);
        }
    }

    [Fact]
    public async Task The_bound_is_an_option_and_a_service_behind_proxies_begins_anew()
    {
        await RingAsync(isMadeByCode: false, max: 3);
        await Changes.ChangeAsync([Route("wines", "left")], Quick);
        Assert.Contains(
            "passed 3 proxies",
            (await Assert.ThrowsAsync<LimitExceededException>(async () => await Client.FindAsync(1))).Message,
            StringComparison.Ordinal);
        Assert.Equal(3, _passed);
        Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddFan().AddProxy(
            "proxy", "wines", (call, ct) => call.ForwardAsync(null, ct), options => options.MaxPassed = 0));

        // A service that calls itself through a proxy, deeper than any way of proxies may be.
        TestHost? steps = null;
        steps = await StartAsync("steps", fan => fan.AddService<ISteps>(_ => new Steps(() => steps!.Fan)));
        await StartAsync("steps proxy", fan => fan.AddProxy("steps_proxy", "steps", (call, ct) => call.ForwardAsync(null, ct)));
        await Changes.ChangeAsync([Route("steps", "steps_proxy")], Quick);
        Assert.Equal(20, await _caller.Fan.Get<ISteps>().DownAsync(20));
    }

    private static RouteChange Route(string service, string alias) => new() { Service = service, Alias = alias };

    private async Task RingAsync(bool isMadeByCode, int max = 16)
    {
        await ProxyAsync("left", "right");
        await ProxyAsync("right", "left");

        Task ProxyAsync(string name, string next)
        {
            TestHost? host = null;
            return Task.Run(async () => host = await StartAsync(name, fan => fan.AddProxy(name, "wines", async (call, ct) =>
            {
                Interlocked.Increment(ref _passed);
                if (!isMadeByCode)
                {
                    await call.ForwardAsync(new ProxyTarget { Service = next }, ct);
                }
                else
                {
                    await call.ReplyAsync(JsonSerializer.SerializeToUtf8Bytes(
                        await host!.Fan.CallAsync<string>($"{next}.find", JsonDocument.Parse("""{"id":1}""").RootElement, null, ct)), ct);
                }
            }, options => options.MaxPassed = max)));
        }
    }

    private async Task RefusedAsync(string reason, params RouteChange[] changes) =>
        Assert.Contains(
            reason,
            (await Assert.ThrowsAsync<CommitRefusedException>(() => Changes.ChangeAsync(changes, Quick))).Message,
            StringComparison.Ordinal);

    private Task<TestHost> AnnounceAsync(string proxy, string service) =>
        StartAsync(proxy, fan => fan.Announce(proxy, "1.0.0", new Fan.Discovery.EndpointDescription
        {
            Transport = "loop",
            Host = "test",
            Port = 1,
            Methods = [],
            IsFan = true,
            Properties = new Dictionary<string, string> { ["proxy"] = service }
        }));

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}

[Service("steps", Version = "1.0.0")]
public interface ISteps
{
    ValueTask<int> DownAsync(int from, CancellationToken ct = default);
}

internal sealed class Steps(Func<IFan> fan) : ISteps
{
    public async ValueTask<int> DownAsync(int from, CancellationToken ct = default) =>
        from == 0
            ? 0
            : 1 + await fan().CallAsync<int>(
                "steps.down",
                JsonDocument.Parse($$"""{"from":{{from - 1}}}""").RootElement,
                new CallOptions { Transport = from % 2 == 0 ? null : "loop" },
                ct);
}
