using System.Diagnostics;
using Fan.Commits;
using Fan.Conformance.Histories;
using Fan.Switching;
using SwitchBench.Processes;
using SwitchBench.Servers;

namespace SwitchBench.Shards;

/// <summary>
/// One run: shards are moved from worker to worker while applications in other processes call all the time, and workers are killed.
/// </summary>
internal sealed class ShardRun(Options options, Surroundings surroundings, ISystemChanges changes) : IAsyncDisposable
{
    private const string Service = "bench.cells";
    private const double CallsPerSecond = 800;

    private static readonly string[] Names = ["w1", "w2", "w3", "w4"];
    private static readonly TimeSpan PauseBetweenCrashes = TimeSpan.FromSeconds(4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-moves-");
    private readonly Dictionary<string, Child> _workers = [];
    private readonly List<Child> _callers = [];
    private readonly List<FaultWindow> _faults = [];
    private readonly List<double> _moved = [];

    private int Callers => Math.Max(2, options.Routes.Count);

    public async Task<ShardResult> PlayAsync()
    {
        foreach (var name in Names) await WorkAsync(name);
        var perCaller = Math.Max(1, options.Applications / Callers);
        for (var caller = 0; caller < Callers; caller++)
        {
            _callers.Add(await Child.StartAsync(
                "call-shards",
                $"caller-{caller}",
                Links.Create(surroundings, [options.Routes[caller % options.Routes.Count]], canBeCut: false, serves: false),
                $"{perCaller}",
                FormattableString.Invariant($"{CallsPerSecond / (Callers * perCaller)}")));
        }

        await HeldAsync();
        using var done = new CancellationTokenSource();
        var crashing = CrashAsync(done.Token);
        var watch = Stopwatch.StartNew();
        var unheld = 0;
        while (_moved.Count < options.Moves)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var report = await changes.MoveShardsAsync(
                    Service,
                    new Dictionary<int, string?> { [_moved.Count % Cells.Shards] = Names[Random.Shared.Next(Names.Length)] },
                    new ChangeOptions { Author = "bench", Reason = "bench" });
                _moved.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (report.Warnings.Count > 0) unheld++;
            }
            catch (CommitRefusedException)
            {
                // That worker is dead at the moment.
            }
        }

        var elapsed = watch.Elapsed;
        await done.CancelAsync();
        await crashing;
        var made = (await Task.WhenAll(_callers.Select(caller => caller.CollectAsync()))).SelectMany(calls => calls)
            .Select(call => new MadeCall(call.Started, call.Ended, call.Error)).ToList();
        foreach (var worker in _workers.Values)
        {
            worker.EndInput();
            await worker.DisposeAsync();
        }

        _workers.Clear();
        var served = Names.SelectMany(name => ServedCall.Parse(name, File.ReadLines(HistoryOf(name)))).ToList();
        return new ShardResult(_faults.Count, unheld, OwnerHistoryChecker.Check(made, served, _faults, []), _moved, elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _callers.Concat(_workers.Values)) await child.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string HistoryOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task WorkAsync(string name) =>
        _workers[name] = await Child.StartAsync(
            "work", name, Links.Create(surroundings, options.Routes, canBeCut: false, serves: true), HistoryOf(name));

    private async Task HeldAsync()
    {
        while (await changes.ShardsAsync(Service) is not { Count: Cells.Shards } shards
            || shards.Any(shard => shard.Holder is null || shard.Holder != shard.Owner))
        {
            await Task.Delay(20);
        }
    }

    private async Task CrashAsync(CancellationToken stopping)
    {
        for (var turn = 0; ; turn++)
        {
            try
            {
                await Task.Delay(PauseBetweenCrashes, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var name = Names[turn % Names.Length];
            var from = Stopwatch.GetTimestamp();
            _workers[name].KillNow();
            await _workers[name].DisposeAsync();
            // What was in flight on it has broken off by now.
            _faults.Add(new FaultWindow(from, Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2)));
            await WorkAsync(name);
        }
    }
}
