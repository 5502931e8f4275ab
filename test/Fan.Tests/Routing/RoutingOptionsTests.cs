using Fan.Coordination;
using Fan.Queues;
using Fan.Tests.Applications;
using Fan.Tests.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Routing;

/// <summary>Routes as configuration.</summary>
public sealed class RoutingOptionsTests
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Fact]
    public async Task A_route_that_names_no_transport_of_the_caller_fails_the_start_with_every_key_that_is_wrong()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(new()
        {
            ["Fan:Routes:cellar"] = "loop, pigeon",
            ["Fan:Routes:cellar/get:Pushes"] = "rabbit",
            ["Fan:Routes:shop[42].till:Calls"] = "loop",
            ["Fan:Routes:news:Cals"] = "loop",
            ["Fan:Routes:*:Pushes"] = "local, local",
        }));
        foreach (var part in new[]
        {
            "Fan:Routes:cellar: Calls names 'pigeon', a transport that the application does not have; it has loop",
            "Fan:Routes:cellar/get: Pushes names 'rabbit', a queue transport that the application does not have; it has local",
            "write 'shop.till' without brackets",
            "Fan:Routes:news:Cals is not known; a route has Calls and Pushes",
            "Fan:Routes:*: Pushes names one queue transport; it has 2",
        }) Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_take_the_transports_of_their_route_only()
    {
        await using var service = await TestHost.StartAsync(_tree, _network, "cellars", fan => fan.AddService<ICellar>(_ => new Cellar()));
        await using var caller = await StartAsync(new() { ["Fan:Routes:cellar"] = "loop" });
        Assert.Equal("cellar", await caller.Fan.Get<ICellar>().WhoAsync());

        await using var elsewhere = await StartAsync(new() { ["Fan:Routes:*"] = "none", ["Fan:Routes:cellar/who:Calls"] = "loop" }, "none");
        Assert.Equal("cellar", await elsewhere.Fan.Get<ICellar>().WhoAsync());
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await elsewhere.Fan.Get<ICellar>().GetAsync(1, TestContext.Current.CancellationToken));
        Assert.Contains("its routes allow none only", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await elsewhere.Fan.CallAsync("cellar.get", default));
    }

    [Fact]
    public void The_rule_of_the_method_comes_before_the_service_s_and_that_before_everything()
    {
        var options = new Fan.Routing.RoutingOptions();
        options.Set("*", "a", "x", "code");
        options.Set("shop", "b , c", null, "code");
        options.Set("shop/sell", null, "y", "code");
        options.Set("shop", null, "z", "configuration");
        var table = new Fan.Routing.RouteTable(options);
        Assert.Equal(["b", "c"], table.CallsOf("shop", "sell"));
        Assert.Equal(["a"], table.CallsOf("other", "sell"));
        Assert.Equal(("y", "z", "x"), (table.PushesOf("shop", "sell"), table.PushesOf("shop", "buy"), table.PushesOf("other", "buy")));
        Assert.Null(new Fan.Routing.RouteTable(new()).CallsOf("shop", "sell"));
    }

    [Fact]
    public async Task Configuration_has_the_last_word_over_code()
    {
        using var broker = new Broker();
        var news = new News();
        await using var host = await StartAsync(new() { ["Fan:Routes:news:Pushes"] = "local" }, configure: fan =>
        {
            fan.AddService<INews>(_ => news).Route("news", pushes: "broker");
            fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(broker));
        });
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => news.Texts.Count == 1, "it was handled");
        Assert.Empty(broker.Sent);
    }

    private Task<TestHost> StartAsync(Dictionary<string, string?> settings, string? another = null, Action<FanBuilder>? configure = null) =>
        TestHost.StartAsync(_tree, _network, "caller", fan =>
        {
            fan.Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
            if (another is not null)
            {
                fan.Services.AddSingleton<Fan.Transports.IClientTransport>(new LoopClient(_network) { Name = another });
            }
            configure?.Invoke(fan);
        });
}
