using System.Collections.Concurrent;
using System.Diagnostics;
using Fan;
using Fan.Conformance.Histories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SwitchBench.Processes;

namespace SwitchBench.Shards;

/// <summary>The processes of a run that moves shards.</summary>
internal static class ShardProcesses
{
    /// <summary>Owns shards until its standard input ends.</summary>
    public static async Task<int> WorkAsync(string store, string routes, string name, string history)
    {
        using var cells = new Cells(history);
        using var host = await Applications.StartAsync(
            store,
            routes,
            name,
            TimeProvider.System,
            fan => fan.Configure(options => options.Worker = name).AddService<ICells>(_ => cells).Shard<ICells>(Cells.Shards));
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await host.StopAsync();
        return 0;
    }

    /// <summary>Calls all cells until it is told to stop, and tells what it saw.</summary>
    public static async Task<int> CallAsync(string store, string routes, string name, int applications, double callsPerSecond)
    {
        var hosts = new List<IHost>();
        for (var i = 0; i < applications; i++) hosts.Add(await Applications.CallAsync(store, routes, $"{name}-{i}", TimeProvider.System));
        Console.WriteLine("ready");
        using var stop = new CancellationTokenSource();
        var history = new ConcurrentQueue<RootCall>();
        var calling = hosts.Select(
            (host, i) => CallAsync(host.Services.GetRequiredService<IFan>(), $"{name}-{i}", callsPerSecond, history, stop.Token)).ToList();
        await Console.In.ReadLineAsync();
        await stop.CancelAsync();
        await Task.WhenAll(calling);
        foreach (var call in history) Console.WriteLine(Child.Line(call));
        Console.WriteLine("done");
        await Task.WhenAll(hosts.Select(host => host.StopAsync()));
        return 0;
    }

    private static async Task CallAsync(
        IFan fan, string name, double callsPerSecond, ConcurrentQueue<RootCall> history, CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1 / callsPerSecond));
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            string? error = null;
            try
            {
                // Not cancelled with the run: whatever began is to end well.
                await fan.Get<ICells>(Random.Shared.Next(Cells.Count)).TouchAsync(CancellationToken.None);
            }
            catch (Exception failure) when (failure is FanException or OperationCanceledException)
            {
                error = $"{failure.GetType().Name}: {failure.Message}".ReplaceLineEndings(" ").Replace('\t', ' ');
            }

            history.Enqueue(new RootCall(name, started, Stopwatch.GetTimestamp(), [], error));
            try
            {
                await ticks.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
