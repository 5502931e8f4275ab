using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SwitchBench.Processes;
using Yarp.ReverseProxy.Configuration;

namespace SwitchBench.Peers;

/// <summary>A reverse proxy in front of two backends: its configuration is loaded anew, with both services in it.</summary>
internal sealed class YarpPeer : Peer
{
    private static readonly string[] Services = ["price", "tax"];

    private readonly HttpClient _client = new();
    private List<Child> _serving = [];
    private Child? _proxy;

    public override string Name => "yarp";

    public override async Task StartAsync(string version)
    {
        _serving = await ServeAsync(version);
        _proxy = await Child.StartPeerAsync("peer-proxy", [.. _serving.Select(child => child.Address)]);
    }

    public override async Task ReplaceAsync(string version, Action begun, Action returned)
    {
        var old = _serving;
        _serving = await ServeAsync(version);
        begun();
        await _proxy!.TellAsync("use " + string.Join(' ', _serving.Select(child => child.Address)));
        returned();
        foreach (var child in old) await child.DisposeAsync();
    }

    public override async Task<string[]> CallAsync()
    {
        var price = await _client.GetStringAsync(new Uri($"{_proxy!.Address}/price"));
        await Task.Delay(PeerRun.Within);
        return [price, await _client.GetStringAsync(new Uri($"{_proxy.Address}/tax"))];
    }

    public override async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_proxy is not null) await _proxy.DisposeAsync();
        foreach (var child in _serving) await child.DisposeAsync();
    }

    /// <summary>A backend of one version, until its standard input ends.</summary>
    public static async Task<int> ServeHereAsync(string version)
    {
        await using var app = Create(_ => { });
        foreach (var service in Services) app.Map("/" + service, branch => branch.Run(context => context.Response.WriteAsync(version)));
        await app.StartAsync();
        Console.WriteLine("ready " + app.Urls.First());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    /// <summary>The proxy, told its backends by standard input.</summary>
    public static async Task<int> ProxyHereAsync(IReadOnlyList<string> backends)
    {
        await using var app = Create(services => services.AddReverseProxy().LoadFromMemory(Routes(), Clusters(backends)));
        app.MapReverseProxy();
        await app.StartAsync();
        Console.WriteLine("ready " + app.Urls.First());
        var provider = (InMemoryConfigProvider)app.Services.GetRequiredService<IProxyConfigProvider>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            provider.Update(Routes(), Clusters(line.Split(' ')[1..]));
            Console.WriteLine("done");
        }

        await app.StopAsync();
        return 0;
    }

    private static async Task<List<Child>> ServeAsync(string version) =>
        [await Child.StartPeerAsync("peer-backend", version), await Child.StartPeerAsync("peer-backend", version)];

    private static List<RouteConfig> Routes() =>
        [.. Services.Select(
            service => new RouteConfig { RouteId = service, ClusterId = service, Match = new RouteMatch { Path = "/" + service } })];

    private static List<ClusterConfig> Clusters(IReadOnlyList<string> backends) =>
        [.. Services.Select(service => new ClusterConfig
        {
            ClusterId = service,
            Destinations = backends.ToDictionary(url => url, url => new DestinationConfig { Address = url })
        })];

    private static WebApplication Create(Action<IServiceCollection> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure(builder.Services);
        return builder.Build();
    }
}
