using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Fan;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench.Processes;
using SwitchBench.Servers;

namespace SwitchBench.Endpoints;

/// <summary>Very many endpoints: what one application holds of them, and how soon it knows them.</summary>
internal static class EndpointRun
{
    /// <summary>Of the services, but for the number of each.</summary>
    public const string Prefix = "many.s";

    private const int PerService = 100;
    private const int CreatesAtOnce = 200;
    private const int CommitsAtOnce = 8;

    public static async Task<int> RunAsync(Options options)
    {
        await using var surroundings = await Surroundings.StartAsync(options with { Routes = [] });
        await using var services =
            new ServiceCollection().AddLogging().AddFan().AddSqliteStore().AddZooKeeperStore().Services.BuildServiceProvider();
        await using var store = services
            .GetServices<IStoreProvider>()
            .Single(provider => provider.Scheme == surroundings.Store.Split(':')[0])
            .Create(surroundings.Store);
        await store.OpenAsync();
        var rows = new List<Row>();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{"endpoints",10}{"services",10}{"bytes each",12}{"known in s",12}{"first call us",14}{"call us",9}" +
                $"{"one more ms",13}{"after restart s",17}"));
        // Many services as they are in real systems, and then one of which there is too much. Each has its own names.
        foreach (var (count, per, first) in new[]
        {
            (options.Endpoints, PerService, 0),
            (options.Endpoints / 10, options.Endpoints / 10, options.Endpoints)
        })
        {
            var row = await MeasureAsync(surroundings, store, count, per, first);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Endpoints,10}{row.Services,10}{row.BytesEach,12:0}{row.KnownSeconds,12:0.0}{row.FirstCallUs,14:0.0}" +
                    $"{row.CallUs,9:0.00}{row.OneMoreMs,13:0.0}{row.RestartSeconds,17:0.0}"));
            rows.Add(row);
        }

        if (options.Json is { } path)
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(rows, JsonSerializerOptions.Web));
        }

        return 0;
    }

    private static async Task<Row> MeasureAsync(Surroundings surroundings, ICoordinationStore store, int count, int per, int first)
    {
        var names = Enumerable.Range(first, count / per).Select(i => $"{Prefix}{i}").ToList();
        foreach (var name in names) await RegisterAsync(store, name, per);
        var links = Links.Create(surroundings, ["ipc"], canBeCut: false, serves: false);
        await using var follower = await Child.StartAsync("follow", "follower", links, $"{first}", $"{names.Count}");
        var known = Numbers(await follower.TellAsync("load"));
        var routed = Numbers(await follower.TellAsync("route"));
        var last = names[^1];
        var more = await OneMoreAsync(store, follower, last, per + 1);
        if (surroundings.Ensemble is not { } ensemble)
        {
            return new Row(count, names.Count, known[0], known[1], routed[0], routed[1], more, 0);
        }

        // All servers go and come back; what is registered then must be known.
        foreach (var server in ensemble.Servers) await server.KillAsync();
        ensemble.Servers.ToList().ForEach(server => server.Start());
        foreach (var server in ensemble.Servers) await server.ServesAsync();
        var begun = Stopwatch.GetTimestamp();
        await OneMoreAsync(store, follower, last, per + 2);
        return new Row(count, names.Count, known[0], known[1], routed[0], routed[1], more, Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    // Until the follower knows it.
    private static async Task<double> OneMoreAsync(ICoordinationStore store, Child follower, string name, int count)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await store.CommitAsync([Node(name, count)]);
                break;
            }
            catch (StoreUnavailableException)
            {
                // It is on its way back.
                await Task.Delay(50);
            }
        }

        await follower.TellAsync($"await {name} {count}");
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private static async Task RegisterAsync(ICoordinationStore store, string name, int count)
    {
        foreach (var path in Above(name))
        {
            if (await store.GetAsync(path) is null) await store.CommitAsync([new StoreOperation.Create(path)]);
        }

        foreach (var some in Enumerable.Range(0, count).Select(i => Node(name, i)).Chunk(CreatesAtOnce).Chunk(CommitsAtOnce))
        {
            await Task.WhenAll(some.Select(nodes => store.CommitAsync(nodes).AsTask()));
        }
    }

    private static IEnumerable<string> Above(string name)
    {
        var path = "/endpoints";
        yield return path;
        foreach (var part in name.Split('.').Append("1.0.0")) yield return path = $"{path}/{part}";
    }

    // As an application registers a service of ten methods.
    private static StoreOperation.Create Node(string name, int number) =>
        new($"{Above(name).Last()}/{FollowerProcess.Transport}_", new EndpointDescription
        {
            Transport = FollowerProcess.Transport,
            Host = string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}"),
            Port = 8080,
            IsFan = true,
            Application = "cellar",
            Instance = Guid.NewGuid().ToString("N"),
            Since = DateTimeOffset.UtcNow,
            Methods =
            [
                .. Enumerable.Range(0, 10).Select(i => new EndpointMethod
                {
                    Name = i == 0 ? "which" : $"method_{i}",
                    Fingerprint = $"{i:x8}{i:x8}",
                    Result = "string",
                    Parameters = ["inventory_id: int", "since: string"],
                    Summary = "Tells the wines of one store.",
                }),
            ],
        }.ToJson(), NodeKind.PersistentSequential);

    private static double[] Numbers(string line) =>
        [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    private sealed record Row(
        int Endpoints,
        int Services,
        double BytesEach,
        double KnownSeconds,
        double FirstCallUs,
        double CallUs,
        double OneMoreMs,
        double RestartSeconds);
}
