using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace InProcess.Contenders;

/// <summary>Orleans 10, with the grain in the silo of the caller's own process.</summary>
internal sealed class OrleansEntry() : Entry("orleans")
{
    private IHost _host = null!;
    private IWorkerGrain _grain = null!;

    public override bool LeavesThread => true;

    public override async Task StartAsync()
    {
        var (silo, gateway) = (FreePort(), FreePort());
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(
            orleans => orleans.UseLocalhostClustering(silo, gateway, new IPEndPoint(IPAddress.Loopback, silo), "bench", "bench"));
        _host = builder.Build();
        await _host.StartAsync();
        _grain = _host.Services.GetRequiredService<IGrainFactory>().GetGrain<IWorkerGrain>(1);
    }

    public override Task RunAsync(string operation, int calls) => LoopAsync(new Through(_grain), operation, calls);

    public override Task RunOnceAsync(string operation) => OnceAsync(new Through(_grain), operation);

    public override async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private readonly struct Through(IWorkerGrain grain) : IContender
    {
        public ValueTask<string> EchoAsync(string text) => grain.EchoAsync(text);

        public ValueTask<int> AddAsync(int left, int right) => grain.AddAsync(left, right);
    }
}

[Alias("bench.worker")]
public interface IWorkerGrain : IGrainWithIntegerKey
{
    [Alias("echo")]
    ValueTask<string> EchoAsync(string text);

    [Alias("add")]
    ValueTask<int> AddAsync(int left, int right);
}

public sealed class WorkerGrain : Grain, IWorkerGrain
{
    public ValueTask<string> EchoAsync(string text) => new(text);

    public ValueTask<int> AddAsync(int left, int right) => new(left + right);
}
