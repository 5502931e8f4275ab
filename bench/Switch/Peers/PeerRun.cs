using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Fan.Conformance.Histories;
using SwitchBench.Servers;
using SwitchBench.Services;

namespace SwitchBench.Peers;

/// <summary>
/// Two processes of one version are replaced by two of another, again and again, under the same load, in each way in turn.
/// </summary>
internal static class PeerRun
{
    private const int Callers = 8;

    // Between the two calls of a tree, as between those of the desk.
    public static readonly TimeSpan Within = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(0.5);

    public static async Task<int> RunAsync(Options options)
    {
        await using var surroundings = await Surroundings.StartAsync(options with { Routes = ["http"] });
        var redis = new CrossProcess.Brokers.RedisServer();
        await using var running = await redis.StartAsync();
        var verdicts = new List<(string Name, HistoryVerdict Verdict, int Replacements)>();
        foreach (var make in (Func<Peer>[])[() => new FanPeer(surroundings), () => new YarpPeer(), () => new OrleansPeer(redis.Address)])
        {
            await using var peer = make();
            verdicts.Add(await PlayAsync(peer, options));
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{"",-10}{"replaced",10}{"calls",10}{"failed",10}{"mixed",10}{"late",10}"));
        foreach (var (name, verdict, count) in verdicts)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-10}{count,10}{verdict.Calls,10}{verdict.Failed,10}{verdict.Mixed,10}{verdict.Late,10}"));
            foreach (var example in verdict.Examples.Where(example => example.StartsWith("failed", StringComparison.Ordinal)).Take(2))
            {
                Console.WriteLine("  " + example);
            }
        }

        if (options.Json is { } path) Write(path, verdicts);
        return verdicts[0].Verdict.Holds ? 0 : 1;
    }

    private static async Task<(string, HistoryVerdict, int)> PlayAsync(Peer peer, Options options)
    {
        Console.WriteLine(peer.Name);
        var version = "1.0.0";
        await peer.StartAsync(version);
        var changes = new List<VersionChange> { new(0, 0, version) };
        var history = new ConcurrentQueue<RootCall>();
        using var stop = new CancellationTokenSource();
        var calling = Enumerable.Range(0, Callers)
            .Select(i => CallAsync(peer, $"caller-{i}", options.Rate / Callers, history, stop.Token)).ToList();
        var length = TimeSpan.FromSeconds(options.Seconds ?? Options.DefaultSeconds);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < length;)
        {
            await Task.Delay(Between, CancellationToken.None);
            version = Defects.Other(version);
            var (begun, returned) = (0L, long.MaxValue);
            await peer.ReplaceAsync(version, () => begun = Stopwatch.GetTimestamp(), () => returned = Stopwatch.GetTimestamp());
            changes.Add(new VersionChange(begun, returned, version));
        }

        await Task.Delay(Between, CancellationToken.None);
        await stop.CancelAsync();
        await Task.WhenAll(calling);
        return (peer.Name, HistoryChecker.Check([.. history], changes, []), changes.Count - 1);
    }

    private static async Task CallAsync(Peer peer, string name, double rate, ConcurrentQueue<RootCall> history, CancellationToken stop)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1 / rate));
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var versions = await peer.CallAsync();
                history.Enqueue(new RootCall(name, started, Stopwatch.GetTimestamp(), versions, null));
            }
            catch (Exception error)
            {
                // Whatever it is: it is what the caller gets.
                history.Enqueue(new RootCall(
                    name, started, Stopwatch.GetTimestamp(), [], $"{error.GetType().Name}: {error.Message}".ReplaceLineEndings(" ")));
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

    private static void Write(string path, IReadOnlyList<(string Name, HistoryVerdict Verdict, int Replacements)> verdicts)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach (var (name, verdict, count) in verdicts)
        {
            json.WriteStartObject(name);
            json.WriteNumber("replacements", count);
            json.WriteNumber("calls", verdict.Calls);
            json.WriteNumber("failed_calls", verdict.Failed);
            json.WriteNumber("mixed_trees", verdict.Mixed);
            json.WriteNumber("late_roots", verdict.Late);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
