using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Fan;
using Fan.Commits;
using Fan.Conformance.Histories;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tree;
using SwitchBench.Processes;
using SwitchBench.Servers;

namespace SwitchBench.Restores;

/// <summary>One run: the store comes back as another one, again and again, while applications call and versions are switched.</summary>
internal sealed partial class RestoreRun(Options options, Surroundings surroundings) : IAsyncDisposable
{
    private const double FollowLimit = 5;
    private const double CpuLimit = 0.02;
    private const double ShortCpuLimit = 0.5;

    // Of the time at rest: code is compiled again some time after it has become hot.
    private const double WarmUp = 3;

    private static readonly string[] Versions = ["1.0.0", "2.0.0"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    // A process may be stopped between going over to a snapshot and noting it.
    private static readonly TimeSpan Noting = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly ChangeOptions How = new()
    {
        Author = "bench",
        Reason = "bench",
        ApplyTimeout = TimeSpan.FromSeconds(15),
        DrainTimeout = TimeSpan.FromSeconds(10)
    };

    private readonly Population _population = new(options, surroundings);
    private readonly Operator _operator = Operator.Create(surroundings.Store);
    private readonly IStoreLoss _store = surroundings.Ensemble is { } ensemble
        ? new ZooKeeperLoss(ensemble, surroundings.Folder)
        : new SqliteLoss(surroundings.StoreFile!);
    private readonly List<VersionChange> _history = [];
    private readonly List<Round> _rounds = [];
    private Witnesses _witnesses = null!;
    private int _switches;

    public async Task<RestoreResult> PlayAsync()
    {
        Console.WriteLine($"starting {options.Applications} applications");
        await _population.StartAsync();
        _witnesses = new Witnesses(_population);
        await _witnesses.AskAsync();
        // Before anything is committed the highest version takes the calls.
        _history.Add(new VersionChange(0, 0, "2.0.0"));
        var watch = Stopwatch.StartNew();
        // Code that runs for the first time is compiled, and again when it is hot: that is not what a process takes at rest.
        for (var since = Stopwatch.GetTimestamp();
            Stopwatch.GetElapsedTime(since).TotalSeconds < options.Calm * WarmUp;
            await Task.Delay(Look))
        {
            await SwitchAsync(Other(), []);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var kind in options.Faults)
            {
                var played = await PlayAsync(kind, round);
                _rounds.Add(played);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{kind}: {played.What}; followed after {played.FollowSeconds:0.00} s, {played.Cpu:0.0%} of a core at rest"));
                foreach (var fault in played.Faults) Console.WriteLine($"  {fault.Promise}: {fault.Detail}");
            }
        }

        var elapsed = watch.Elapsed;
        var calls = (await Task.WhenAll(_population.Callers.Select(caller => caller.CollectAsync()))).SelectMany(some => some).ToList();
        return RestoreResult.Judge(_rounds, calls, _history, _switches, elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        await _population.DisposeAsync();
        await _operator.DisposeAsync();
    }

    private async Task<Round> PlayAsync(string kind, int round)
    {
        var faults = new List<RoundFault>();
        for (var i = 0; i <= round % 2; i++) await SwitchAsync(Other(), faults);
        await _store.SaveAsync();
        // The log goes on from the copy: by one commit, or by more than there will be before anybody looks again.
        for (var i = 0; i <= round % 3; i++) await SwitchAsync(Other(), faults);

        var from = Stopwatch.GetTimestamp();
        var underWay = TryAsync(_operator, Other());
        var what = await _store.PlayAsync(kind, round);
        var answered = Stopwatch.GetTimestamp();
        // Somebody switches before any application has come back.
        var another = Operator.Create(surroundings.Store);
        await using var closing = another;
        var atOnce = round % 2 == 1 ? TryAsync(another, Versions[round / 2 % 2]) : Task.FromResult<Report?>(null);
        var following = FollowedAsync(answered, faults);
        var reports = await Task.WhenAll(underWay, atOnce);
        var follow = await following;
        await _witnesses.AskAsync();
        var followed = Stopwatch.GetTimestamp();
        var log = await _operator.ReadLogAsync();
        foreach (var report in reports.OfType<Report>()) Judge(report, log, faults);
        _history.Add(new VersionChange(from, followed, await VersionAsync()));
        await SwitchAsync(Other(), faults);

        await JudgeHealthAsync(from, faults);
        var diagnosis = await _operator.DiagnoseAsync();
        if (!diagnosis.Detail.Contains("restored or begun anew", StringComparison.Ordinal))
        {
            faults.Add(new RoundFault(Promise.Doctor, $"it says {diagnosis.Status}: {diagnosis.Detail}"));
        }

        var (cpu, busiest) = await RestAsync();
        // A shorter time shows loops only: code that is compiled once more takes some of it.
        if (cpu > (options.Calm < Options.FullCalm ? ShortCpuLimit : CpuLimit))
        {
            faults.Add(
                new RoundFault(Promise.Cpu, string.Create(CultureInfo.InvariantCulture, $"{busiest} took {cpu:0.0%} of a core at rest")));
        }

        return new Round(kind, what, new FaultWindow(from, followed), follow, cpu, busiest, faults);
    }

    private string Other() => Versions.First(version => version != _history[^1].Version);

    // Also a switch that went wrong may have been made: the tree says.
    private async Task<string> VersionAsync() =>
        (await _operator.Changes.ReadAsync()).Values.TryGetValue("routes/bench.price", out var route)
            && RouteEntry.Parse(route).Versions is [var only, ..]
            ? only.Text
            : "2.0.0";

    private async Task SwitchAsync(string version, List<RoundFault> faults)
    {
        var report = await MakeSoonAsync(version, faults);
        await _witnesses.AskAsync();
        _history.Add(new VersionChange(report.Begun, report.Returned, version));
        Judge(report, await _operator.ReadLogAsync(), faults);
        if (report.Applications < _witnesses.Applications)
        {
            faults.Add(
                new RoundFault(
                    Promise.Applied,
                    $"commit {report.Commit.Number}, made while all followed the log, " +
                    $"was applied by {report.Applications} of {_witnesses.Applications}"));
        }
    }

    // Endpoints may be on their way back: then it is refused, with that reason, and asked for again.
    private async Task<Report> MakeSoonAsync(string version, List<RoundFault> faults)
    {
        for (var since = Stopwatch.GetTimestamp(); ; await Task.Delay(Look))
        {
            try
            {
                return await MakeAsync(_operator, version);
            }
            catch (CommitRefusedException error) when (Stopwatch.GetElapsedTime(since) < Patience)
            {
                if (Stopwatch.GetElapsedTime(since).TotalSeconds > FollowLimit && faults.All(fault => fault.Promise != Promise.Follow))
                {
                    faults.Add(new RoundFault(Promise.Follow, $"a switch is refused yet: {error.Message}"));
                }
            }
        }
    }

    private static async Task<Report?> TryAsync(Operator by, string version)
    {
        try
        {
            return await MakeAsync(by, version);
        }
        catch (Exception error)
            when (error is StoreException or CommitConflictException or CommitRefusedException or ChangeUnappliedException or FanException)
        {
            // It says so, and that is all that can be asked of it at such a moment.
            return null;
        }
    }

    private static async Task<Report> MakeAsync(Operator by, string version)
    {
        var begun = Stopwatch.GetTimestamp();
        var report = await by.Changes.ChangeAsync([RouteChange.To("bench.price", version), RouteChange.To("bench.tax", version)], How);
        // Returned when all had applied it; the wait for the drain came after.
        var returned = report.Drained is { } drained
            ? Stopwatch.GetTimestamp() - (long)((drained - report.Applied).TotalSeconds * Stopwatch.Frequency)
            : Stopwatch.GetTimestamp();
        return new Report(report.Commit, report.Applications, begun, returned);
    }

    private void Judge(Report report, IReadOnlyDictionary<long, string> log, List<RoundFault> faults)
    {
        _switches++;
        var have = _witnesses.HaveApplied(
            report.Commit.Number,
            CommitJson.Fingerprint(report.Commit),
            report.Returned + (long)(Noting.TotalSeconds * Stopwatch.Frequency),
            log);
        if (have < report.Applications)
        {
            faults.Add(new RoundFault(
                Promise.Applied,
                $"commit {report.Commit.Number} was called applied by {report.Applications} applications, of which {have} had applied it"));
        }
    }

    // Until each says of itself that it is at the head of the log that there is, and its record says the same.
    private async Task<double> FollowedAsync(long answered, List<RoundFault> faults)
    {
        var recorded = 0L;
        var missing = "";
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < Patience; await Task.Delay(Look))
        {
            await _witnesses.AskAsync();
            try
            {
                var head = await _operator.ReadHeadAsync();
                var (number, fingerprint) = head ?? (0, null!);
                var records = await _operator.Changes.ApplicationsAsync();
                var strayRecords = records.Where(record => record.Applied != number || record.Fingerprint != fingerprint)
                    .Select(record => $"{record.Application} at {record.Applied}").ToList();
                if (recorded == 0 && strayRecords.Count == 0 && records.Count == _witnesses.Applications)
                {
                    recorded = Stopwatch.GetTimestamp();
                }

                var stray = _witnesses.Now.Where(one => one.Now.Number != number || one.Now.Fingerprint != fingerprint)
                    .Select(one => $"{one.Application} at {one.Now.Number}").ToList();
                missing =
                    $"{records.Count} records of {_witnesses.Applications}, of which {strayRecords.Count} are of something else; " +
                    $"the head is {number}; by their own words elsewhere: {string.Join(", ", stray)}";
                if (recorded == 0 || stray.Count > 0) continue;
                var log = await _operator.ReadLogAsync();
                var joined = _witnesses.Joined(log).ToList();
                if (joined.Contains(null)) continue;
                // Records are looked at now and then, the words have the time itself.
                var seconds = Math.Max(
                    Witnesses.Seconds(answered, recorded), Witnesses.Seconds(answered, Math.Max(answered, joined.Max() ?? answered)));
                if (seconds > FollowLimit)
                {
                    faults.Add(new RoundFault(Promise.Follow, string.Create(CultureInfo.InvariantCulture, $"only after {seconds:0.00} s")));
                }

                return seconds;
            }
            catch (StoreException error)
            {
                missing = error.Message;
            }
        }

        faults.Add(new RoundFault(Promise.Follow, $"not within {Patience.TotalSeconds:0} s: {missing}"));
        return Patience.TotalSeconds;
    }

    private async Task JudgeHealthAsync(long from, List<RoundFault> faults)
    {
        var told = await Task.WhenAll(_population.All.Select(async (child, i) => (Process: i, Lines: await child.TellAsync("health"))));
        foreach (var (process, line) in told.SelectMany(one => one.Lines.Split('\t').Select(line => (one.Process, line))))
        {
            var application = $"{process}:{line.Split(' ')[0]}";
            var says = Restored.Match(line);
            if (!says.Success || !_witnesses.HasGone(application, Number(says.Groups["before"]), Number(says.Groups["after"]), from))
            {
                faults.Add(
                    new RoundFault(Promise.Health, $"{application} says '{line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]}'"));
            }
        }

        static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);
    }

    private async Task<(double Cpu, string Process)> RestAsync()
    {
        await Task.WhenAll(_population.Callers.Select(caller => caller.TellAsync("rest")));
        // What was in hand ends.
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        var before = _population.All.Select(child => child.ProcessorTime).ToList();
        var since = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(options.Calm));
        var elapsed = Stopwatch.GetElapsedTime(since);
        var busiest = _population.All.Select((child, i) => (Cpu: (child.ProcessorTime - before[i]) / elapsed, child.Name))
            .MaxBy(process => process.Cpu);
        await Task.WhenAll(_population.Callers.Select(caller => caller.TellAsync("work")));
        return busiest;
    }

    [GeneratedRegex(
        "was restored or begun anew: the log of commits was at (?<before>[0-9]+) and is at (?<after>[0-9]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Restored { get; }

    private sealed record Report(Commit Commit, int Applications, long Begun, long Returned);
}
