using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Fan;
using Fan.Commits;
using Fan.Conformance.Histories;
using Fan.Switching;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench.Processes;
using SwitchBench.Servers;
using SwitchBench.Services;

namespace SwitchBench.Canary;

/// <summary>
/// A canary of one shard under load: the shard is given to a worker of the next version and taken back, others move, and workers are
/// killed. Only the calls of that shard may meet it, and only while a commit says so.
/// </summary>
internal sealed class CanaryRun(CanaryOptions options, Surroundings surroundings, ISystemChanges changes) : IAsyncDisposable
{
    private const string Canary = "canary-1";

    private static readonly string[] Names = ["w1", "w2", "w3"];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    // For a second after a commit a caller waits for a version that fits, as news of endpoints may be late.
    private static readonly TimeSpan Stay = TimeSpan.FromMilliseconds(1600);
    private static readonly ChangeOptions Change = new() { Author = "bench", Reason = "bench" };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-canary-");
    private readonly Dictionary<string, Child> _workers = [];
    private readonly List<Child> _callers = [];
    private readonly List<CanaryStay> _stays = [];
    private readonly List<WorkerKill> _kills = [];
    private readonly List<double> _moved = [];
    private int _others;
    private int _reverts;
    private long _nextKill;

    public static async Task<int> RunAsync(string[] arguments)
    {
        CanaryOptions options;
        Surroundings surroundings;
        try
        {
            options = CanaryOptions.Parse(arguments);
            surroundings = await Surroundings.StartAsync(new Options { Store = options.Store, Routes = options.Routes });
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidOperationException)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        Environment.SetEnvironmentVariable(Defects.Variable, options.Plant);
        await using (surroundings)
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddFan(fan => fan.Name = "canary-bench").UseStore(surroundings.Store).AddSqliteStore().AddZooKeeperStore();
            await using var provider = services.BuildServiceProvider();
            await using var run = new CanaryRun(options, surroundings, provider.GetRequiredService<ISystemChanges>());
            return await run.PlayAsync() ? 0 : 1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _callers.Concat(_workers.Values)) await child.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> PlayAsync()
    {
        foreach (var name in Names) await WorkAsync(name);
        await changes.ChangeAsync([RouteChange.To(Stalls.Service, "1.0.0")], Change);
        await WorkAsync(Canary);
        foreach (var route in options.Routes)
        {
            _callers.Add(await Child.StartAsync(
                "canary-call",
                $"caller-{route}",
                Links.Create(surroundings, [route], canBeCut: false, serves: false),
                FormattableString.Invariant($"{options.Rate / options.Routes.Count}")));
        }
        await UntilAsync(shards => shards.All(shard => shard.Holder is not null && shard.Holder == shard.Owner && shard.Holder != Canary));

        var watch = Stopwatch.StartNew();
        for (var round = 0; watch.Elapsed < TimeSpan.FromSeconds(options.Seconds); round++) await StayAsync(round);
        var elapsed = watch.Elapsed;

        var calls = (await Task.WhenAll(_callers.Select(caller => caller.CollectAsync()))).SelectMany(calls => calls).ToList();
        foreach (var worker in _workers.Values)
        {
            worker.EndInput();
            await worker.DisposeAsync();
        }

        var served = _workers.Keys.SelectMany(name => ServedCall.Parse(name, File.ReadLines(HistoryOf(name)))).ToList();
        _workers.Clear();
        var verdict = CanaryJudge.Check(calls, served, Canary, _stays, _kills);
        Print(verdict, elapsed);
        return verdict.Holds;
    }

    // By turns the commit is reverted, or the shard given back in another one: a commit can't be reverted once the service's shards have
    // moved again.
    private async Task StayAsync(int round)
    {
        var begun = Stopwatch.GetTimestamp();
        if (await MoveAsync(Stalls.CanaryShard, Canary) is not { } commit) return;
        var held = Stopwatch.GetTimestamp();
        _moved.Add(Stopwatch.GetElapsedTime(begun, held).TotalMilliseconds);
        await Task.Delay(round % 3 == 0 ? Pause : Stay);
        var reverts = round % 2 == 0;
        if (!reverts) await MoveOtherAsync();
        await KillAsync(moves: !reverts);
        var leaving = Stopwatch.GetTimestamp();
        if (reverts)
        {
            await changes.RevertAsync(commit, Change);
            _reverts++;
        }
        else
        {
            await MoveAsync(Stalls.CanaryShard, null);
        }

        await UntilAsync(shards => shards[Stalls.CanaryShard] is { IsAssigned: false, Holder: { } holder } && holder != Canary);
        _stays.Add(new CanaryStay(begun, held, leaving, Stopwatch.GetTimestamp()));
        for (var i = 0; i < 3; i++) await MoveOtherAsync();
        await Task.Delay(Pause);
        await KillAsync(moves: true);
    }

    private async Task MoveOtherAsync()
    {
        var shard = Random.Shared.Next(Stalls.Shards - 1);
        if (await MoveAsync(shard < Stalls.CanaryShard ? shard : shard + 1, Names[Random.Shared.Next(Names.Length)]) is not null) _others++;
    }

    /// <summary>The commit; null where nothing was to be done.</summary>
    private async Task<long?> MoveAsync(int shard, string? worker)
    {
        try
        {
            return (await changes.MoveShardsAsync(Stalls.Service, new Dictionary<int, string?> { [shard] = worker }, Change)).Commit.Number;
        }
        catch (CommitRefusedException)
        {
            // It is there already, or its worker has been killed and nobody has seen it again yet.
            return null;
        }
    }

    private async Task KillAsync(bool moves)
    {
        if (Stopwatch.GetTimestamp() < _nextKill) return;
        _nextKill = Stopwatch.GetTimestamp() + (long)(options.CrashEvery * Stopwatch.Frequency);
        var names = _workers.Keys.Order(StringComparer.Ordinal).ToList();
        var name = names[_kills.Count % names.Count];
        var shards = (await changes.ShardsAsync(Stalls.Service)).Where(shard => shard.Holder == name)
            .Select(shard => shard.Shard).ToHashSet();
        var from = Stopwatch.GetTimestamp();
        _workers[name].KillNow();
        // What begins later finds nobody there, and waits.
        var dead = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 10);
        await _workers[name].DisposeAsync();
        // One that names whom nobody has missed yet is over when that one is back.
        var moving = moves ? MoveOtherAsync() : Task.CompletedTask;
        await WorkAsync(name);
        await moving;
        await UntilAsync(shards => shards.All(shard => shard.Holder is not null && shard.Holder == shard.Owner));
        // What callers hear of endpoints may come a little later than what the store says.
        _kills.Add(new WorkerKill(name, shards, from, dead, Stopwatch.GetTimestamp() + Stopwatch.Frequency));
    }

    private async Task UntilAsync(Func<IReadOnlyList<ShardState>, bool> condition)
    {
        while (await changes.ShardsAsync(Stalls.Service) is not { Count: Stalls.Shards } shards || !condition(shards)) await Task.Delay(10);
    }

    private string HistoryOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task WorkAsync(string name) => _workers[name] = await Child.StartAsync(
        "canary-work",
        name,
        Links.Create(surroundings, options.Routes, canBeCut: false, serves: true),
        name == Canary ? "2.0.0" : "1.0.0",
        HistoryOf(name));

    private void Print(CanaryVerdict verdict, TimeSpan elapsed)
    {
        var (owners, moved) = (verdict.Owners, new Distribution(_moved));
        var canaryKills = _kills.Count(kill => kill.Worker == Canary);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            store                {options.Store}, over {string.Join(", ", options.Routes)}
            stays of the canary  {_stays.Count} in {elapsed.TotalSeconds:0} s, {_reverts} ended by a revert; {_others} moves of other shards
            kills                {_kills.Count}, of the canary {canaryKills}
            calls                {owners.Calls}: {verdict.OnCanary} met the canary, {verdict.Refused} were told that it does not fit
            failed calls         {owners.Failed}{(owners.Explained > 0 ? $" ({owners.Explained} more in flight on what was killed)" : "")}
            met it unasked       {verdict.Strays}
            missed it            {verdict.Missed}
            double owners        {owners.DoubleOwners}
            lower tokens         {owners.LowerTokens}
            moved to it          median {moved.At(0.5):0.0} ms, p99 {moved.At(0.99):0.0} ms
            """));
        foreach (var example in owners.Examples.Concat(verdict.Examples)) Console.WriteLine("  " + example);
        if (options.Json is not { } path) return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("store", options.Store);
        foreach (var (name, value) in new (string, double)[]
        {
            ("stays", _stays.Count), ("reverts", _reverts), ("other_moves", _others), ("kills", _kills.Count),
            ("canary_kills", canaryKills), ("calls", owners.Calls), ("met_canary", verdict.OnCanary),
            ("refused", verdict.Refused), ("failed_calls", owners.Failed), ("explained_failures", owners.Explained),
            ("strays", verdict.Strays), ("missed", verdict.Missed),
            ("double_owners", owners.DoubleOwners), ("lower_tokens", owners.LowerTokens), ("move_ms_median", moved.At(0.5)),
            ("move_ms_p99", moved.At(0.99)),
        }) json.WriteNumber(name, value);
        json.WriteEndObject();
    }
}
