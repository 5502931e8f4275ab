using System.Diagnostics;
using Fan;
using Fan.Commits;
using Fan.Conformance.Histories;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tree;
using SwitchBench.Faults;
using SwitchBench.Processes;
using SwitchBench.Servers;

namespace SwitchBench;

/// <summary>One run: versions are switched, one commit for two services, while applications in other processes call all the time.</summary>
internal sealed class Run(Options options, Surroundings surroundings, ISystemChanges changes) : IAsyncDisposable
{
    // Every third change is a revert; every fifth time the shares of the split are others.
    private const int RevertEvery = 3;
    private const int SplitEvery = 5;

    private static readonly string[] Versions = ["1.0.0", "2.0.0"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Population _population = new(options, surroundings);
    private readonly List<VersionChange> _history = [];
    private readonly List<double> _applied = [];
    private int _splits;
    private int _repeats;

    public async Task<Result> PlayAsync()
    {
        Console.WriteLine($"starting {options.Applications} applications");
        await _population.StartAsync();
        // Before anything is committed the highest version takes the calls.
        _history.Add(new VersionChange(0, 0, "2.0.0"));
        await SwitchAsync("1.0.0");
        var faults = new FaultPlayer(options.Faults, surroundings, _population.Services, _population.Callers, _population.ServeAsync);
        var length = TimeSpan.FromSeconds(options.Seconds ?? Options.DefaultSeconds);
        var playing = faults.PlayAsync(length);
        var watch = Stopwatch.StartNew();
        Commit? commit = null;
        for (var i = 1; watch.Elapsed < length; i++)
        {
            if (i % SplitEvery == 0) await SplitAsync();
            var other = Versions.First(version => version != _history[^1].Version);
            commit = i % RevertEvery == 0 && commit is not null ? await RevertAsync(commit, other) : await SwitchAsync(other);
            await Task.Delay(TimeSpan.FromSeconds(options.Gap));
        }

        await playing;
        var elapsed = watch.Elapsed;
        var calls = (await Task.WhenAll(_population.Callers.Select(caller => caller.CollectAsync()))).SelectMany(some => some).ToList();
        return Result.Judge(new Played(_history, _splits, _repeats, _applied, faults.Past, elapsed), calls);
    }

    public ValueTask DisposeAsync() => _population.DisposeAsync();

    private async Task<Commit> SwitchAsync(string version) => await ChangeAsync(version, how => ToAsync(version, how));

    private async Task<Commit> RevertAsync(Commit commit, string version) =>
        await ChangeAsync(version, how => changes.RevertAsync(commit.Number, how));

    private Task<ChangeReport> ToAsync(string version, ChangeOptions how) =>
        changes.ChangeAsync([RouteChange.To("bench.price", version), RouteChange.To("bench.tax", version)], how);

    private async Task<Commit> ChangeAsync(string version, Func<ChangeOptions, Task<ChangeReport>> change)
    {
        var begun = Stopwatch.GetTimestamp();
        var report = await RepeatAsync(change, how => ToAsync(version, how));
        // Returned when all had applied it; the wait for the drain came after.
        var returned = report.Drained is { } drained
            ? Stopwatch.GetTimestamp() - (long)((drained - report.Applied).TotalSeconds * Stopwatch.Frequency)
            : Stopwatch.GetTimestamp();
        _history.Add(new VersionChange(begun, returned, version));
        _applied.Add(report.Applied.TotalMilliseconds);
        return report.Commit;
    }

    private async Task SplitAsync()
    {
        var share = Random.Shared.Next(101);
        var split = new RouteChange
        {
            Service = "bench.label",
            Versions = new Dictionary<string, int> { ["1.0.0"] = share, ["2.0.0"] = 100 - share }
        };
        await RepeatAsync(SplitAsync, SplitAsync);
        _splits++;

        Task<ChangeReport> SplitAsync(ChangeOptions how) => changes.ChangeAsync([split], how);
    }

    // As an operator does it: what failed, with whatever outcome, is done again until it is done.
    private async Task<ChangeReport> RepeatAsync(
        Func<ChangeOptions, Task<ChangeReport>> change, Func<ChangeOptions, Task<ChangeReport>> again)
    {
        var how = new ChangeOptions
        {
            Author = "bench",
            Reason = "bench",
            Barrier = options.Barrier,
            DrainTimeout = TimeSpan.FromSeconds(10)
        };
        for (var since = Stopwatch.GetTimestamp(); ; change = again)
        {
            try
            {
                return await change(how);
            }
            catch (Exception error) when (error is StoreException or CommitConflictException or CommitRefusedException
                or ChangeUnappliedException or FanException
                && Stopwatch.GetElapsedTime(since) < Patience)
            {
                _repeats++;
                Console.WriteLine($"again, as: {error.Message}");
                await Task.Delay(100);
            }
        }
    }
}
