using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Concurrency;

namespace CrossProcess.Contenders;

/// <summary>
/// Orleans: a client outside of the cluster, through the gateway of its one silo. The grain may run as often as there are processors.
/// </summary>
internal static class OrleansContender
{
    public static Contender Contender(string name) => new(
        name,
        async () =>
        {
            var (silo, gateway) = (FreePort(), FreePort());
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            builder.UseOrleans(
                orleans => orleans.UseLocalhostClustering(silo, gateway, new IPEndPoint(IPAddress.Loopback, silo), "bench", "bench"));
            var host = builder.Build();
            await host.StartAsync();
            return new Silo(host, gateway);
        },
        async gateway =>
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            builder.UseOrleansClient(
                orleans => orleans.UseLocalhostClustering(int.Parse(gateway, CultureInfo.InvariantCulture), "bench", "bench"));
            var host = builder.Build();
            await host.StartAsync();
            return new OrleansClient(host);
        });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Silo(IHost host, int gateway) : Server
    {
        public override string Address => gateway.ToString(CultureInfo.InvariantCulture);

        public override async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private sealed class OrleansClient(IHost host) : Client
    {
        private readonly ICellarGrain _cellar = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ICellarGrain>(1);

        public override ValueTask<string> EchoAsync(string text) => _cellar.EchoAsync(text);

        public override async ValueTask<int> RecordAsync() => (await _cellar.RecordAsync(GrainWine.Sample)).Id;

        public override async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}

[Alias("bench.cellar")]
public interface ICellarGrain : IGrainWithIntegerKey
{
    [Alias("echo")]
    ValueTask<string> EchoAsync(string text);

    [Alias("record")]
    ValueTask<GrainWine> RecordAsync(GrainWine wine);
}

/// <summary>The record as Orleans sends it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("bench.wine")]
public sealed record GrainWine(
    [property: Id(0)] int Id,
    [property: Id(1)] string Name,
    [property: Id(2)] double Price,
    [property: Id(3)] bool InStock,
    [property: Id(4)] long Changed)
{
    public static GrainWine Sample { get; } = new(
        Wine.Sample.Id, Wine.Sample.Name, Wine.Sample.Price, Wine.Sample.InStock, Wine.Sample.Changed);
}

[StatelessWorker]
internal sealed class CellarGrain : Grain, ICellarGrain
{
    public ValueTask<string> EchoAsync(string text) => new(text);

    public ValueTask<GrainWine> RecordAsync(GrainWine wine) => new(wine);
}
