using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using SwitchBench.Processes;

namespace SwitchBench.Peers;

/// <summary>Orleans: silos of the new version join the cluster, those of the old one leave it one after another.</summary>
internal sealed class OrleansPeer(string redis) : Peer
{
    private const string Cluster = "bench";

    private List<Child> _serving = [];
    private IHost? _client;

    public override string Name => "orleans";

    public override async Task StartAsync(string version)
    {
        _serving = await ServeAsync(version);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(orleans => orleans.UseRedisClustering(redis).Configure<ClusterOptions>(Named));
        _client = builder.Build();
        await _client.StartAsync();
    }

    public override async Task ReplaceAsync(string version, Action begun, Action returned)
    {
        var old = _serving;
        begun();
        _serving = await ServeAsync(version);
        foreach (var child in old) await child.DisposeAsync();
        returned();
    }

    public override async Task<string[]> CallAsync()
    {
        var grains = _client!.Services.GetRequiredService<IGrainFactory>();
        var price = await grains.GetGrain<IPriceGrain>(Random.Shared.Next(64)).WhichAsync();
        await Task.Delay(PeerRun.Within);
        return [price, await grains.GetGrain<ITaxGrain>(Random.Shared.Next(64)).WhichAsync()];
    }

    public override async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.StopAsync();
        _client?.Dispose();
        foreach (var child in _serving) await child.DisposeAsync();
    }

    /// <summary>A silo of one version, until its standard input ends.</summary>
    public static async Task<int> ServeHereAsync(string version, string redis)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new SiloVersion(version));
        var (silo, gateway) = (FreePort(), FreePort());
        builder.UseOrleans(orleans => orleans
            .UseRedisClustering(redis)
            .Configure<ClusterOptions>(Named)
            .ConfigureEndpoints(IPAddress.Loopback, silo, gateway));
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("ready silo");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
        return 0;
    }

    private static void Named(ClusterOptions options) => (options.ClusterId, options.ServiceId) = (Cluster, Cluster);

    private async Task<List<Child>> ServeAsync(string version) =>
        [await Child.StartPeerAsync("peer-silo", version, redis), await Child.StartPeerAsync("peer-silo", version, redis)];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>The version that a silo stands for.</summary>
internal sealed record SiloVersion(string Text);

[Alias("bench.price")]
public interface IPriceGrain : IGrainWithIntegerKey
{
    [Alias("which")]
    ValueTask<string> WhichAsync();
}

[Alias("bench.tax")]
public interface ITaxGrain : IGrainWithIntegerKey
{
    [Alias("which")]
    ValueTask<string> WhichAsync();
}

internal sealed class PriceGrain(SiloVersion version) : Grain, IPriceGrain
{
    public ValueTask<string> WhichAsync() => new(version.Text);
}

internal sealed class TaxGrain(SiloVersion version) : Grain, ITaxGrain
{
    public ValueTask<string> WhichAsync() => new(version.Text);
}
