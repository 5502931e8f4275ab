using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Fan.Tests.Switching;

public sealed class RetirementTests : IAsyncLifetime
{
    private static readonly ChangeOptions Whole = new() { Author = "tester" };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private TestHost _caller = null!;
    private TillDesk _till = null!;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    public async ValueTask InitializeAsync() => _caller = await StartAsync("caller", _ => { });

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Fact]
    public async Task An_application_stops_when_no_call_may_come_to_it_any_more()
    {
        var old = await StartAsync(
            "old", fan => fan.AddService<IPriceOne>(_ => new Price("1")).AddService<ITaxOne>(_ => new Price("1")), TimeSpan.Zero);
        var next = await StartAsync(
            "new", fan => fan.AddService<IPriceTwo>(_ => new Price("2")).AddService<ITaxTwo>(_ => new Price("2")), TimeSpan.Zero);

        // One of two: the other still works.
        await Changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Whole);
        Assert.False(IsStopping(old));
        await Changes.ChangeAsync([RouteChange.To("tax", "2.0.0")], Whole);

        await Eventually.TrueAsync(() => IsStopping(old), "the old application stops");
        Assert.False(IsStopping(next));
    }

    [Fact]
    public async Task It_waits_for_the_call_trees_from_before()
    {
        var old = await StartAsync(
            "old", fan => fan.AddService<IPriceOne>(_ => new Price("1")).AddService<ITaxOne>(_ => new Price("1")), TimeSpan.Zero);
        await StartAsync("new", fan => fan.AddService<IPriceTwo>(_ => new Price("2")).AddService<ITaxTwo>(_ => new Price("2")));
        TestHost tills = null!;
        tills = await StartAsync("tills", fan => fan.AddService<ITillDesk>(_ => _till = new TillDesk(() => tills.Fan)));
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0"), RouteChange.To("tax", "1.0.0")], Whole);
        var asking = _caller.Fan.CallAsync<string>("till.ask", default).AsTask();
        await _till.HasAsked.Task;

        var switching = Changes.ChangeAsync([RouteChange.To("price", "2.0.0"), RouteChange.To("tax", "2.0.0")], Whole);
        await Eventually.TrueAsync(async () => await _caller.Fan.CallAsync<string>("price.which", default) == "2", "the switch is made");
        Assert.False(IsStopping(old));

        _till.GoOn.SetResult();
        Assert.Equal("1/1 1/1", await asking);
        await switching;
        await Eventually.TrueAsync(() => IsStopping(old), "the old application stops");
    }

    [Fact]
    public async Task One_that_waits_for_its_first_switch_has_not_retired()
    {
        await StartAsync("old", fan => fan.AddService<IPriceOne>(_ => new Price("1")));
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        var next = await StartAsync("new", fan => fan.AddService<IPriceTwo>(_ => new Price("2")), TimeSpan.Zero);
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        Assert.False(IsStopping(next));

        await Changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Whole);
        Assert.False(IsStopping(next));
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        await Eventually.TrueAsync(() => IsStopping(next), "it stops after it had its time");
    }

    [Fact]
    public async Task A_service_behind_a_proxy_goes_on()
    {
        var old = await StartAsync("old", fan => fan.AddService<IPriceOne>(_ => new Price("1")), TimeSpan.Zero);
        await StartAsync("new", fan => fan.AddService<IPriceTwo>(_ => new Price("2")));
        await StartAsync("proxies", fan => fan.AddProxy("price_proxy", "price", (call, ct) => call.ForwardAsync(cancellationToken: ct)));
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        // The proxy may go by other versions than the route, so old is not done with.
        await Changes.ChangeAsync(
            [new RouteChange { Service = "price", Versions = new Dictionary<string, int> { ["2.0.0"] = 100 }, Alias = "price_proxy" }],
            Whole);
        Assert.Equal("2", await _caller.Fan.CallAsync<string>("price.which", default));
        Assert.False(IsStopping(old));

        await Changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Whole);
        await Eventually.TrueAsync(() => IsStopping(old), "without the proxy it stops");
    }

    [Fact]
    public async Task Without_the_setting_it_goes_on_and_its_health_says_that_no_call_comes()
    {
        var old = await StartAsync("old", fan => fan.AddService<IPriceOne>(_ => new Price("1")));
        await StartAsync("new", fan => fan.AddService<IPriceTwo>(_ => new Price("2")));
        await Changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Whole);
        await Eventually.TrueAsync(
            async () => (await HealthAsync(old)).Description?.Contains("no call comes", StringComparison.Ordinal) == true,
            "its health says so");
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(old)).Status);
        Assert.False(IsStopping(old));

        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        await Eventually.TrueAsync(async () => (await HealthAsync(old)).Description is null, "calls come again");
    }

    private static bool IsStopping(TestHost host) =>
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;

    private static async Task<HealthReportEntry> HealthAsync(TestHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(
            TestContext.Current.CancellationToken)).Entries["fan"];

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure, TimeSpan? stopsAfter = null)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, fan =>
        {
            fan.Services.Configure<FanOptions>(options => options.StopAfterRetired = stopsAfter);
            configure(fan);
        });
        _hosts.Add(host);
        return host;
    }
}
