using System.Net;
using Fan;
using CrossProcess;
using CrossProcess.Contenders;
using CrossProcess.Contenders.Raw;

// The run itself brings the server; its processes are told where it is.
using var redisServer = args is ["server" or "contender", ..] ? null : await RedisServerProcess.StartAsync();

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
    .. RedisServerProcess.Address is { } redis
        ? (Contender[])[FanRoute.Over("fan redis", fan => fan.AddRedis(options => options.Uri = "redis://" + redis)), RedisStreams.Contender("raw redis streams", redis)]
        : [],
];
var peers = new Dictionary<string, string>
{
    ["fan ipc"] = "raw unix",
    ["fan tcp"] = "raw tcp",
    ["fan http"] = "minimal api http",
    ["fan http2"] = "minimal api http2",
    ["fan redis"] = "raw redis streams",
};

// Fan's own routes may be named without its name.
Contender? Find(string name) => all.FirstOrDefault(contender => contender.Name == name || contender.Name == "fan " + name);

switch (args)
{
    case ["server", var name] when Find(name) is { } found: return await ServerMode.RunAsync(found, Console.In, Console.Out);
    case ["contender", var name, .. [] or ["--quick"]] when Find(name) is { } found: return await ContenderMode.RunAsync(found, args.Length > 2, Console.In, Console.Out);
    case ["server" or "contender", var name, ..]: return Wrong($"There is no contender '{name}'; there are {string.Join(", ", all.Select(contender => contender.Name))}.");
}

string? json = null;
var quick = false;
var chosen = all.AsEnumerable();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--json" when i + 1 < args.Length: json = args[++i]; break;
        case "--only" when i + 1 < args.Length: var names = args[++i].Split(','); chosen = all.Where(contender => names.Contains(contender.Name)); break;
        case "--quick": quick = true; break;
        default: return Wrong($"'{args[i]}' is not understood. Use --json PATH, --only NAME,NAME, --quick, or contender NAME.");
    }
}

var failed = false;
var started = new List<(string Name, ChildProcess Process)>();
try
{
    foreach (var contender in chosen)
    {
        await Console.Error.WriteAsync($"\rstarting and warming up {contender.Name}          ");
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

    var rows = await Comparison.RunAsync(started, peers, quick ? 5 : 15, quick ? 0.1 : 0.5, Console.Error);
    Report.WriteTable(rows, Console.Out);
    if (json is not null) await Report.WriteJsonAsync(rows, json);
}
finally
{
    foreach (var (_, process) in started) await process.DisposeAsync();
}

return failed ? 1 : 0;

static int Wrong(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
