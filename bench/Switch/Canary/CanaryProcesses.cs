using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Fan;
using Fan.Conformance.Histories;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench.Processes;

namespace SwitchBench.Canary;

/// <summary>The processes of a run with a canary.</summary>
internal static class CanaryProcesses
{
    /// <summary>Callers of version 1, of the shards that the canary does not get.</summary>
    public const string Ones = "ones";

    /// <summary>Callers of version 1, of the canary's shard.</summary>
    public const string OnesOfCanary = "ones-of-canary";

    /// <summary>Callers of any version, of every shard.</summary>
    public const string Any = "any";

    private const int CallersOfKind = 4;

    private static readonly int[] Others = [.. Enumerable.Range(0, Stalls.Count)
        .Where(stall => Stalls.ShardOf(stall) != Stalls.CanaryShard)];
    private static readonly int[] Canarys = [.. Stalls.ByShard[Stalls.CanaryShard]];

    /// <summary>Owns shards until its standard input ends.</summary>
    public static async Task<int> WorkAsync(string store, string routes, string name, string version, string history)
    {
        using var stalls = new Stalls(version, history);
        using var host = await Applications.StartAsync(store, routes, name, TimeProvider.System, fan =>
        {
            fan.Configure(options => options.Worker = name);
            if (version == "1.0.0") fan.AddService<IStallsOne>(_ => stalls).Shard<IStallsOne>(Stalls.Shards);
            else fan.AddService<IStallsTwo>(_ => stalls).Shard<IStallsTwo>(Stalls.Shards);
        });
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await host.StopAsync();
        return 0;
    }

    /// <summary>Calls until it is told to stop, and tells what it saw: of each call the shard and the version.</summary>
    public static async Task<int> CallAsync(string store, string routes, string name, double callsPerSecond)
    {
        using var host = await Applications.CallAsync(store, routes, name, TimeProvider.System);
        var fan = host.Services.GetRequiredService<IFan>();
        Console.WriteLine("ready");
        using var stop = new CancellationTokenSource();
        var history = new ConcurrentQueue<RootCall>();
        var gap = TimeSpan.FromSeconds(3 * CallersOfKind / callsPerSecond);
        var calling = Enumerable.Range(0, CallersOfKind).SelectMany(_ => new[]
        {
            CallAsync(Ones, Others, stall => fan.Get<IStallsOne>(stall).VisitAsync()),
            CallAsync(OnesOfCanary, Canarys, stall => fan.Get<IStallsOne>(stall).VisitAsync()),
            CallAsync(
                Any,
                [.. Others, .. Enumerable.Repeat(Canarys, Others.Length / Canarys.Length).SelectMany(stalls => stalls)],
                stall => fan.CallAsync<string>(string.Create(CultureInfo.InvariantCulture, $"bench.stalls[{stall}].visit"), default)!),
        }).ToList();
        await Console.In.ReadLineAsync();
        await stop.CancelAsync();
        await Task.WhenAll(calling);
        foreach (var call in history) Console.WriteLine(Child.Line(call));
        Console.WriteLine("done");
        await host.StopAsync();
        return 0;

        async Task CallAsync(string kind, int[] stalls, Func<int, ValueTask<string>> call)
        {
            using var ticks = new PeriodicTimer(gap);
            while (!stop.IsCancellationRequested)
            {
                var stall = stalls[Random.Shared.Next(stalls.Length)];
                var shard = Stalls.ShardOf(stall).ToString(CultureInfo.InvariantCulture);
                var started = Stopwatch.GetTimestamp();
                try
                {
                    // Not cancelled with the run: whatever began is to end well.
                    var version = await call(stall);
                    history.Enqueue(new RootCall(kind, started, Stopwatch.GetTimestamp(), [shard, version], null));
                }
                catch (Exception error) when (error is FanException or OperationCanceledException)
                {
                    history.Enqueue(new RootCall(
                        kind,
                        started,
                        Stopwatch.GetTimestamp(),
                        [shard],
                        $"{error.GetType().Name}: {error.Message}".ReplaceLineEndings(" ").Replace('\t', ' ')));
                }

                try
                {
                    await ticks.WaitForNextTickAsync(stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }
}
