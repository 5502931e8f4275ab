using System.Diagnostics;
using System.Text.Json.Nodes;
using Fan.Coordination;
using Stores.Servers;

namespace Stores;

/// <summary>Breaks a session's connection again and again, and looks at what the process holds before and after.</summary>
internal sealed class Reconnects(ICoordinationStore store, Relay relay, TextWriter progress)
{
    private const int Watches = 20;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    public async Task<Row> RunAsync(string name, int count)
    {
        await store.OpenAsync();
        if (await store.GetAsync("/bench") is null) await store.CommitAsync([new StoreOperation.Create("/bench")]);
        await store.CommitAsync([new StoreOperation.Create("/bench/e_", default, NodeKind.EphemeralSequential)]);
        var watches = Enumerable.Range(0, Watches).Select(node => FollowAsync($"/bench/{node}")).ToList();
        var session = store.SessionId;
        for (var i = 0; i < count / 5; i++) await ReconnectAsync();
        var times = new List<double>(count);
        var more = new JsonObject { ["reconnects"] = count, ["before"] = await HoldingAsync() };
        for (var i = 0; i < count; i++)
        {
            if (i % 50 == 0) await progress.WriteAsync($"\rreconnect: {i} of {count}                            ");
            // What grows with each of them has grown by half then; what was made once has not.
            if (i == count / 2) more["halfway"] = await HoldingAsync();
            times.Add(await ReconnectAsync());
        }

        more["after"] = await HoldingAsync();
        more["same_session"] = session == store.SessionId;
        await store.DisposeAsync();
        await Task.WhenAll(watches);
        return new Row(name, "fan", "reconnect") { MedianMs = Quantile.Median(times), P99Ms = Quantile.Of(times, 0.99), More = more };
    }

    /// <summary>From the break until a read was answered over the next connection, in milliseconds.</summary>
    private async Task<double> ReconnectAsync()
    {
        var (begin, connections) = (Stopwatch.GetTimestamp(), relay.Accepted);
        relay.Drop();
        do await store.GetAsync("/bench");
        while (relay.Accepted == connections);
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    private async Task FollowAsync(string path)
    {
        await foreach (var _ in store.WatchAsync(path))
        {
            // Every connection is one event more.
        }
    }

    private static async Task<JsonObject> HoldingAsync()
    {
        // The compiler goes on for a while with what was used most.
        await Task.Delay(Idle);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var cpu = Environment.CpuUsage.TotalTime;
        await Task.Delay(Idle);
        var used = Environment.CpuUsage.TotalTime - cpu;
        using var process = Process.GetCurrentProcess();
        return new JsonObject
        {
            ["heap_kb"] = heap / 1024,
            ["rss_kb"] = process.WorkingSet64 / 1024,
            ["threads"] = process.Threads.Count,
            ["files"] = Directory.GetFileSystemEntries("/proc/self/fd").Length,
            ["idle_cpu_ms_per_s"] = Math.Round(used.TotalMilliseconds / Idle.TotalSeconds, 2),
        };
    }
}
