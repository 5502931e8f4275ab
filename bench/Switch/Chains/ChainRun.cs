using System.Diagnostics;
using System.Globalization;
using Fan;
using Fan.Conformance.Histories;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench.Processes;
using SwitchBench.Servers;

namespace SwitchBench.Chains;

/// <summary>A service, and how the proxies before it are called.</summary>
internal sealed record Chain(string Service)
{
    public string ProxyName(int number) => string.Create(CultureInfo.InvariantCulture, $"{Service}_proxy{number}");
}

/// <summary>
/// Chains of proxies under load, of which one after the other is killed and taken out by a commit: the caller's range always holds, nothing
/// fails that no kill explains, and nothing hangs.
/// </summary>
internal sealed class ChainRun(ChainOptions options, Surroundings surroundings, ISystemChanges changes, string route)
{
    private const int SessionSeconds = 2;

    public static readonly IReadOnlyList<Chain> Chains = [new("chain.cellar"), new("chain.racks")];

    private static readonly string[] Kinds = ["forward", "split", "transform", "mirror"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<FaultWindow> _faults = [];
    private readonly List<string> _violations = [];

    public static async Task<int> RunAsync(string[] arguments)
    {
        ChainOptions options;
        try
        {
            options = ChainOptions.Parse(arguments);
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        var holds = true;
        foreach (var route in options.Routes)
        {
            var folder = Directory.CreateTempSubdirectory("fan-chains-");
            try
            {
                var store = string.Create(
                    CultureInfo.InvariantCulture, $"sqlite:{Path.Combine(folder.FullName, "fan.db")}?session={SessionSeconds}s");
                await using var surroundings = await Surroundings.StartAsync(new Options { Store = store, Routes = [route] });
                var services = new ServiceCollection();
                services.AddLogging();
                services.AddFan(fan => fan.Name = "chains").UseStore(store).AddSqliteStore();
                await using var provider = services.BuildServiceProvider();
                holds &= await new ChainRun(options, surroundings, provider.GetRequiredService<ISystemChanges>(), route).PlayAsync();
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        return holds ? 0 : 1;
    }

    private async Task<bool> PlayAsync()
    {
        await using var one = await StartAsync("chain-serve", "1.0.0");
        await using var two = await StartAsync("chain-serve", "2.0.0");
        await using var callers = await StartAsync("chain-call", "callers");
        var watch = Stopwatch.StartNew();
        for (var phase = 0; phase < options.Lengths.Count; phase++) await PlayAsync(options.Lengths[phase], phase, callers);
        var told = (await callers.TellAsync("stop")).Split('\t');
        var counts = Numbers(told[0]);
        if (told[1].Length > 0) _violations.Add($"still under way at the end: {told[1]}");
        if (counts[2] > 0) _violations.Add($"{counts[2]} replies of a version that the caller does not accept, or of another call");
        var failures = told[2..].Select(text => text.Split(' ', 3)).ToList();
        var unexplained = failures.Where(failure => !IsExplained(
            long.Parse(failure[0], CultureInfo.InvariantCulture), long.Parse(failure[1], CultureInfo.InvariantCulture))).ToList();
        if (unexplained.Count > 0)
        {
            _violations.Add(
                $"{unexplained.Count} failed that no kill explains, " +
                $"as {string.Join(" | ", unexplained.Select(failure => failure[2]).Distinct(StringComparer.Ordinal).Take(3))}");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"chains of {string.Join(", ", options.Lengths)} over {route}: {counts[0]} calls and {counts[1]} sequences in " +
            $"{watch.Elapsed.TotalSeconds:0} s, {_faults.Count} proxies killed, {failures.Count} failed by that, " +
            $"{unexplained.Count} otherwise"));
        foreach (var violation in _violations) Console.WriteLine($"VIOLATED over {route}: {violation}");
        return _violations.Count == 0;
    }

    private async Task PlayAsync(int length, int phase, Child callers)
    {
        var before = Numbers(await callers.TellAsync("count"));
        var proxies = new List<Child>();
        try
        {
            for (var number = 1; number <= length; number++) proxies.Add(await ProxyAsync(number, length));
            await ChangeAsync([.. Chains.Select(chain => new RouteChange { Service = chain.Service, Alias = chain.ProxyName(1) })]);
            for (var kill = 0; kill < Math.Min(length, options.Kills); kill++)
            {
                // Fewer than all: another place of the chain in each.
                var number = options.Kills < length ? ((phase + kill + 1) % length) + 1 : kill + 1;
                await KillAsync(proxies, number, length, callers);
            }

            while (true)
            {
                var now = Numbers(await callers.TellAsync("count"));
                var enough = options.Count / options.Lengths.Count;
                if (now[0] - before[0] >= enough && now[1] - before[1] >= enough) break;
                await Task.Delay(50);
            }

            await ChangeAsync([.. Chains.Select(chain => new RouteChange { Service = chain.Service })]);
        }
        finally
        {
            foreach (var proxy in proxies) await proxy.DisposeAsync();
        }
    }

    private async Task KillAsync(List<Child> proxies, int number, int length, Child callers)
    {
        var from = Stopwatch.GetTimestamp();
        proxies[number - 1].KillNow();
        await proxies[number - 1].DisposeAsync();
        // Every other time it is known to have gone: then callers that can't work without the service wait.
        if (number % 2 == 1) await Task.Delay(TimeSpan.FromSeconds(SessionSeconds + 1));
        var report = await ChangeAsync([.. Chains.Select(chain => Without(chain, number, length))]);
        var committed = Stopwatch.GetTimestamp();
        // What was in flight there, or reads the routes from before, has broken off by now.
        _faults.Add(new FaultWindow(from, committed + Stopwatch.Frequency));
        var counted = Numbers(await callers.TellAsync("count"));
        await Task.Delay(Patience + TimeSpan.FromMilliseconds(200));
        if (await callers.TellAsync("stuck") is { Length: > 0 } stuck)
        {
            _violations.Add($"5 s after proxy {number} of {length} was taken out: {stuck}");
        }

        var after = Numbers(await callers.TellAsync("count"));
        if (after[0] == counted[0] || after[1] == counted[1])
        {
            _violations.Add($"nothing ended after proxy {number} of {length} was taken out");
        }

        proxies[number - 1] = await ProxyAsync(number, length);
        // It is registered; that everybody has heard of it no commit waits for.
        await Task.Delay(TimeSpan.FromSeconds(1));
        await changes.RevertAsync(report.Commit.Number, new ChangeOptions { Author = "bench", Force = true });
    }

    // The next one takes the place of one that is in a chain; without the last one the chain is taken out as a whole.
    private static RouteChange Without(Chain chain, int number, int length) =>
        number == length ? new RouteChange { Service = chain.Service }
        : new RouteChange { Service = number == 1 ? chain.Service : chain.ProxyName(number), Alias = chain.ProxyName(number + 1) };

    private Task<ChangeReport> ChangeAsync(IReadOnlyList<RouteChange> wanted) =>
        changes.ChangeAsync(wanted, new ChangeOptions { Author = "bench", Reason = "bench", Force = true });

    private Task<Child> ProxyAsync(int number, int length) =>
        StartAsync(
            "chain-proxy",
            string.Create(CultureInfo.InvariantCulture, $"proxy-{number}"),
            Kinds[(number + length) % Kinds.Length],
            number == length ? "last" : "on");

    private Task<Child> StartAsync(string mode, string name, params string[] more) =>
        Child.StartAsync(mode, name, Links.Create(surroundings, [route], canBeCut: false, serves: true), more);

    private bool IsExplained(long started, long ended) => _faults.Exists(fault => started <= fault.To && ended >= fault.From);

    private static int[] Numbers(string line) => [.. line.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
}
