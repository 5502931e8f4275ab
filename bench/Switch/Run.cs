using System.Diagnostics;
using Fan.Commits;
using Fan.Conformance.Histories;
using Fan.Switching;
using SwitchBench.Processes;

namespace SwitchBench;

/// <summary>One run: versions are switched, one commit for two services, while applications in other processes call all the time.</summary>
internal sealed class Run(Options options, ISystemChanges changes) : IAsyncDisposable
{
    private const int ApplicationsPerProcess = 50;
    private const double MaxCallsPerSecond = 1500;
    private const double MaxCallsPerApplication = 100;

    private static readonly string[] Versions = ["1.0.0", "2.0.0"];

    private readonly List<Child> _services = [];
    private readonly List<Child> _callers = [];
    private readonly List<VersionChange> _history = [];
    private readonly List<FaultWindow> _faults = [];
    private readonly List<double> _applied = [];

    private string AllRoutes => string.Join(',', options.Routes);

    public async Task<Result> PlayAsync()
    {
        Console.Write($"starting {options.Applications} applications");
        // Two of each: one may be killed.
        foreach (var what in (string[])["1.0.0", "1.0.0", "2.0.0", "2.0.0", "desk", "desk"]) _services.Add(await ServeAsync(what));
        var rate = Math.Min(MaxCallsPerApplication, MaxCallsPerSecond / options.Applications);
        for (var started = 0; started < options.Applications; started += ApplicationsPerProcess)
        {
            var count = Math.Min(ApplicationsPerProcess, options.Applications - started);
            // By turns over the routes, so that each carries call trees.
            var perRoute = options.Routes.Select((route, i) => (route, Count: (count + options.Routes.Count - 1 - i) / options.Routes.Count)).Where(part => part.Count > 0);
            foreach (var (route, some) in perRoute) _callers.Add(await Child.StartAsync("call", options.Store, route, $"caller-{started}-{route}", $"{some}", FormattableString.Invariant($"{rate}")));
        }

        // Before anything is committed the highest version takes the calls.
        _history.Add(new VersionChange(0, 0, "2.0.0"));
        await SwitchAsync("1.0.0");
        var faulting = options.Faults ? new Faults(ServeAsync, _services, _faults).PlayAsync(TimeSpan.FromSeconds(options.Seconds)) : Task.CompletedTask;
        var watch = Stopwatch.StartNew();
        VersionChange? last = null;
        Commit? commit = null;
        for (var i = 1; watch.Elapsed.TotalSeconds < options.Seconds; i++)
        {
            // Every third goes back by a revert.
            commit = i % 3 == 0 && commit is not null ? await RevertAsync(commit) : await SwitchAsync(last?.Version == "2.0.0" ? "1.0.0" : "2.0.0");
            last = _history[^1];
            Console.Write($"\r{_history.Count - 1} switches, {watch.Elapsed.TotalSeconds:0} of {options.Seconds:0} s   ");
        }

        await faulting;
        Console.WriteLine();
        var calls = (await Task.WhenAll(_callers.Select(caller => caller.CollectAsync()))).SelectMany(some => some).ToList();
        return new Result(_history.Count - 1, HistoryChecker.Check(calls, _history, _faults), _applied, watch.Elapsed);
    }

    public ValueTask DisposeAsync()
    {
        _callers.ForEach(caller => caller.Dispose());
        _services.ForEach(service => service.EndInput());
        _services.ForEach(service => service.Dispose());
        return default;
    }

    private Task<Child> ServeAsync(string what) => Child.StartAsync("serve", options.Store, AllRoutes, what);

    private Task<Commit> SwitchAsync(string version) =>
        ChangeAsync(version, how => changes.ChangeAsync([RouteChange.To("bench.price", version), RouteChange.To("bench.tax", version)], how));

    private Task<Commit> RevertAsync(Commit commit) =>
        ChangeAsync(Versions.First(version => version != _history[^1].Version), how => changes.RevertAsync(commit.Number, how));

    private async Task<Commit> ChangeAsync(string version, Func<ChangeOptions, Task<ChangeReport>> change)
    {
        var begun = Stopwatch.GetTimestamp();
        var report = await change(new ChangeOptions { Author = "bench", Reason = "bench", Barrier = options.Barrier, DrainTimeout = TimeSpan.FromSeconds(10) });
        // Returned when all had applied it; the wait for the drain came after.
        var returned = report.Drained is { } drained ? Stopwatch.GetTimestamp() - (long)((drained - report.Applied).TotalSeconds * Stopwatch.Frequency) : Stopwatch.GetTimestamp();
        _history.Add(new VersionChange(begun, returned, version));
        _applied.Add(report.Applied.TotalMilliseconds);
        return report.Commit;
    }
}
