using System.Net;
using Fan;
using CrossProcess;
using CrossProcess.Brokers;
using CrossProcess.Contenders;
using CrossProcess.Contenders.Raw;

var (redis, rabbit, postgres) = (new RedisServer(), new RabbitServer(), new PostgresServer());

// What a call to another process costs, beside peers on the same engines.
Contender[] all =
[
    FanRoute.Over("fan ipc", fan => fan.AddIpc()),
    FanRoute.Over("fan tcp", fan => fan.AddTcp()),
    RawEcho.UnixSocket("raw unix"),
    RawEcho.Tcp("raw tcp"),
    FanRoute.Http("fan http", HttpVersion.Version11),
    MinimalApi.Contender("minimal api http", HttpVersion.Version11),
    FanRoute.Http("fan http2", HttpVersion.Version20),
    MinimalApi.Contender("minimal api http2", HttpVersion.Version20),
    GrpcContender.Tcp("grpc"),
    GrpcContender.UnixSocket("grpc unix"),
    OrleansContender.Contender("orleans"),
    SignalRContender.Contender("signalr"),
    StreamJsonRpcContender.UnixSocket("streamjsonrpc"),
    FanRoute.Over("fan redis", redis, (fan, address) => fan.AddRedis(options => options.Uri = "redis://" + address)),
    RedisStreams.Contender("raw redis streams", redis),
    FanRoute.Over("fan amqp", rabbit, (fan, address) => fan.AddAmqp(options => options.Uri = address)),
    RabbitRpc.Contender("raw amqp", rabbit),
    MassTransitContender.Contender("masstransit", rabbit),
    FanRoute.Over(
        "fan database", postgres, (fan, address) => fan.AddDatabase(options => (options.Postgres, options.ServeCalls) = (address, true))),
    DatabaseInserts.Postgres("raw postgres", postgres),
    FanRoute.OverFile(
        "fan database sqlite", (fan, path) => fan.AddDatabase(options => (options.Sqlite, options.ServeCalls) = (path, true))),
    DatabaseInserts.Sqlite("raw sqlite"),
];
var peers = new Dictionary<string, string>
{
    ["fan ipc"] = "raw unix",
    ["fan tcp"] = "raw tcp",
    ["fan http"] = "minimal api http",
    ["fan http2"] = "minimal api http2",
    ["fan redis"] = "raw redis streams",
    ["fan amqp"] = "raw amqp",
    ["masstransit"] = "raw amqp",
    ["fan database"] = "raw postgres",
    ["fan database sqlite"] = "raw sqlite",
};

// Fan's own routes may be named without its name.
Contender? Find(string name) => all.FirstOrDefault(contender => contender.Name == name || contender.Name == "fan " + name);

switch (args)
{
    case ["server", var name] when Find(name) is { } found: return await ServerMode.RunAsync(found, Console.In, Console.Out);
    case ["contender", var name, .. [] or ["--quick"]] when Find(name) is { } found:
        return await ContenderMode.RunAsync(found, args.Length > 2, Console.In, Console.Out);
    case ["server" or "contender", var name, ..]:
        return Wrong($"There is no contender '{name}'; there are {string.Join(", ", all.Select(contender => contender.Name))}.");
}

string? json = null;
var (quick, pushes, starts) = (false, false, 1);
string[]? only = null;
var callers = Measurement.Callers;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--json" when i + 1 < args.Length: json = args[++i]; break;
        case "--only" when i + 1 < args.Length: only = args[++i].Split(','); break;
        case "--starts" when i + 1 < args.Length && int.TryParse(args[i + 1], out starts) && starts > 0: i++; break;
        case "--callers" when i + 1 < args.Length && int.TryParse(args[i + 1], out var number) && number > 0:
            (callers, i) = ([number], i + 1);
            break;
        case "--push": pushes = true; break;
        case "--quick": quick = true; break;
        default:
            return Wrong(
                $"'{args[i]}' is not understood. Use --json PATH, --only NAME,NAME, --callers N, --starts N, --push, " +
                "--quick, or contender NAME.");
    }
}

var payloads = Payload.All.Where(payload => payload.IsPush == pushes).ToList();
var chosen = all.Where(contender => contender.Has(payloads[0]) && only?.Contains(contender.Name) != false).ToList();
if (only?.FirstOrDefault(name => chosen.All(contender => contender.Name != name)) is { } unknown)
{
    return Wrong(
        $"There is no contender '{unknown}' for that; " +
        $"there are {string.Join(", ", all.Where(contender => contender.Has(payloads[0])).Select(contender => contender.Name))}.");
}

var failed = false;
var started = new List<(string Name, ChildProcess Process)>();
var brokers = new List<IAsyncDisposable>();
try
{
    foreach (var broker in chosen.Select(contender => contender.Broker).OfType<Broker>().Distinct().ToList())
    {
        if (broker.Missing is { } missing)
        {
            // The others are worth measuring all the same; whoever asked for these rows gets an error.
            failed |= only is not null;
            await Console.Error.WriteLineAsync(
                $"{missing}. Left out: " +
                $"{string.Join(", ", chosen.Where(contender => contender.Broker == broker).Select(contender => contender.Name))}.");
            chosen.RemoveAll(contender => contender.Broker == broker);
            continue;
        }

        await Console.Error.WriteAsync($"\rstarting {broker.Name}          ");
        if (await broker.StartAsync() is { } process) brokers.Add(process);
    }

    var runs = new List<List<Row>>();
    for (var start = 1; start <= starts; start++)
    {
        foreach (var contender in chosen)
        {
            await Console.Error.WriteAsync($"\rstarting and warming up {contender.Name} ({start} of {starts})          ");
            var process = new ChildProcess(quick ? ["contender", contender.Name, "--quick"] : ["contender", contender.Name]);
            var answer = await process.ReadAsync();
            if (answer.Contains("\"ready\"", StringComparison.Ordinal))
            {
                started.Add((contender.Name, process));
                continue;
            }

            // The others are worth measuring all the same.
            failed = true;
            await Console.Error.WriteLineAsync($"\r{answer}");
            await process.DisposeAsync();
        }

        runs.Add(await Comparison.RunAsync(
            started, payloads, callers, peers, quick ? 3 : starts > 1 ? 5 : 15, quick ? 0.1 : 0.5, Console.Error));
        await EndAsync();
    }

    var rows = Comparison.Merge(runs);
    Report.WriteTable(rows, Console.Out);
    if (json is not null) await Report.WriteJsonAsync(rows, json);
}
finally
{
    await EndAsync();
    foreach (var broker in brokers) await broker.DisposeAsync();
}

return failed ? 1 : 0;

async Task EndAsync()
{
    foreach (var (_, process) in started) await process.DisposeAsync();
    started.Clear();
}

static int Wrong(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
