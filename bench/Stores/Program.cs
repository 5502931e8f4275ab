using System.Globalization;
using Fan;
using Fan.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Stores;
using Stores.Clients;
using Stores.Servers;

// What a coordination store costs: each of Fan's, and on ZooKeeper beside clients that are not ours.
string? json = null;
var quick = false;
string[] all = [.. Load.Pipelined, Load.Watch, "register", "reconnect"];
var chosen = all;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--json" when i + 1 < args.Length: json = args[++i]; break;
        case "--only" when i + 1 < args.Length && args[i + 1].Split(',').Except(all).FirstOrDefault() is null:
            chosen = args[++i].Split(',');
            break;
        case "--quick": quick = true; break;
        default: return Wrong($"'{args[i]}' is not understood. Use --json PATH, --quick, --only with some of {string.Join(',', all)}.");
    }
}

if (!ZooKeeperServer.IsInstalled)
{
    return Wrong("ZooKeeper is not installed: run eng/servers.sh, or install the packages 'zookeeper' and 'default-jre-headless'.");
}

var artifacts = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.FullName;
var folder = Path.Combine(artifacts, "bench-stores", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
await using var services =
    new ServiceCollection().AddLogging().AddFan().AddSqliteStore().AddZooKeeperStore().Services.BuildServiceProvider();
var providers = services.GetServices<IStoreProvider>().ToDictionary(provider => provider.Scheme);
Directory.CreateDirectory(folder);
try
{
    await using var single = await ZooKeeperEnsemble.StartAsync(Path.Combine(folder, "single"), 1);
    await using var three = await ZooKeeperEnsemble.StartAsync(Path.Combine(folder, "three"), 3);
    var tree = new MemoryTree();
    var stores = new (string Name, string? Hosts, Func<ICoordinationStore> Create)[]
    {
        ("memory", null, () => new MemoryCoordinationStore(tree)),
        ("sqlite", null, () => providers["sqlite"].Create($"sqlite:{Path.Combine(folder, "fan.db")}")),
        ("zookeeper-1", single.Hosts, () => ZooKeeper(single.Hosts)),
        ("zookeeper-3", three.Hosts, () => ZooKeeper(three.Hosts)),
    };

    var contenders = new List<Contender>();
    var rows = new List<Row>();
    // First, so that nothing else has left anything in the process.
    if (chosen.Contains("reconnect"))
    {
        await using var relay = new Relay(single.Hosts);
        rows.Add(await new Reconnects(
            ZooKeeper(relay.Address + "/reconnects"), relay, Console.Error).RunAsync("zookeeper-1", quick ? 50 : 1000));
    }

    try
    {
        // Registrations and reconnections have no peers.
        foreach (var (name, hosts, create) in chosen.Except(["register", "reconnect"]).Any() ? stores : [])
        {
            contenders.Add(new Contender(name, "fan", await FanClient.OpenAsync(create)));
            if (hosts is null) continue;
            await AddAsync(name, "kazoo", () => PeerClient.KazooAsync(hosts));
            await AddAsync(name, "java", () => PeerClient.JavaAsync(hosts));
        }

        var comparison = new Comparison(contenders, Console.Error);
        await comparison.WarmUpAsync(quick ? 0.2 : 3);
        foreach (var operation in Load.Pipelined.Intersect(chosen))
        {
            rows.AddRange(await comparison.PipelineAsync(operation, quick ? 2 : 15, quick ? 0.2 : 0.5));
        }

        if (chosen.Contains(Load.Watch)) rows.AddRange(await comparison.WatchAsync(quick ? 2 : 15, quick ? 10 : 50));
    }
    finally
    {
        foreach (var contender in contenders) await contender.Client.DisposeAsync();
    }

    foreach (var (name, _, create) in chosen.Contains("register") ? stores : [])
    {
        rows.AddRange(await Registration.RunAsync(name, create, quick ? 3 : 30));
    }

    await Console.Error.WriteAsync("\r                                                  \r");
    Report.WriteTable(rows, Console.Out);
    if (json is not null) await Report.WriteJsonAsync(rows, json);

    async Task AddAsync(string store, string name, Func<Task<PeerClient>> start)
    {
        try
        {
            contenders.Add(new Contender(store, name, await start()));
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // The others are worth measuring all the same.
            await Console.Error.WriteLineAsync($"\r{name} is left out: {error.Message}");
        }
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

return 0;

ICoordinationStore ZooKeeper(string place) => providers["zookeeper"].Create($"zookeeper://{place}?session=30s");

static int Wrong(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
