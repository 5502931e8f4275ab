using System.Collections.Concurrent;
using System.Diagnostics;
using Fan;
using Fan.Conformance.Histories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SwitchBench.Services;

namespace SwitchBench.Processes;

/// <summary>Many applications that call all the time, and a history of what they saw.</summary>
internal static class CallerProcess
{
    public static async Task<int> RunAsync(string store, string routes, string name, int applications, double callsPerSecond)
    {
        var hosts = new List<IHost>();
        var clock = new SkewedClock();
        for (var i = 0; i < applications; i++) hosts.Add(await Applications.CallAsync(store, routes, $"{name}-{i}", clock));
        Console.WriteLine("ready");
        using var stop = new CancellationTokenSource();
        var history = new ConcurrentQueue<RootCall>();
        var orders = new Orders(clock, [.. hosts.Select((host, i) => ($"{name}-{i}", host))]);
        var calling = hosts.Select((host, i) => CallAsync(
            host.Services.GetRequiredService<IFan>(), $"{name}-{i}", callsPerSecond, history, orders, stop.Token)).ToList();
        await orders.FollowAsync();
        await stop.CancelAsync();
        await Task.WhenAll(calling);
        foreach (var call in history) Console.WriteLine(Child.Line(call));
        Console.WriteLine("done");
        await Task.WhenAll(hosts.Select(host => host.StopAsync()));
        return 0;
    }

    private static async Task CallAsync(
        IFan fan, string name, double callsPerSecond, ConcurrentQueue<RootCall> history, Orders orders, CancellationToken stop)
    {
        var desk = fan.Get<IDesk>();
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1 / callsPerSecond));
        while (!stop.IsCancellationRequested)
        {
            await orders.Working;
            var started = Stopwatch.GetTimestamp();
            try
            {
                // Not cancelled with the run: whatever began is to end well.
                var seen = await desk.AskAsync(CancellationToken.None);
                history.Enqueue(new RootCall(name, started, Stopwatch.GetTimestamp(), seen.Split(' '), null));
            }
            catch (Exception error) when (error is FanException or OperationCanceledException)
            {
                history.Enqueue(new RootCall(
                    name,
                    started,
                    Stopwatch.GetTimestamp(),
                    [],
                    $"{error.GetType().Name}: {error.Message}".ReplaceLineEndings(" ").Replace('\t', ' ')));
            }

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
