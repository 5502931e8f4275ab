using System.Globalization;
using System.Text.Json;
using Fan;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench;
using SwitchBench.Canary;
using SwitchBench.Chains;
using SwitchBench.Endpoints;
using SwitchBench.Peers;
using SwitchBench.Processes;
using SwitchBench.Restores;
using SwitchBench.Servers;
using SwitchBench.Services;
using SwitchBench.Shards;

switch (args)
{
    case ["serve", var store, var routes, var what]: return await ServiceProcess.RunAsync(store, routes, what);
    case ["call", var store, var routes, var name, var count, var rate]:
        return await CallerProcess.RunAsync(store, routes, name, Number(count), double.Parse(rate, CultureInfo.InvariantCulture));
    case ["work", var store, var routes, var name, var history]: return await ShardProcesses.WorkAsync(store, routes, name, history);
    case ["call-shards", var store, var routes, var name, var count, var rate]:
        return await ShardProcesses.CallAsync(store, routes, name, Number(count), double.Parse(rate, CultureInfo.InvariantCulture));
    case ["follow", var store, var routes, _, var first, var count]:
        return await FollowerProcess.RunAsync(store, routes, Number(first), Number(count));
    case ["chain-serve", var store, var routes, var version]: return await ChainProcesses.ServeAsync(store, routes, version);
    case ["chain-proxy", var store, var routes, var name, var kind, var isLast]:
        return await ChainProcesses.ProxyAsync(store, routes, name, kind, isLast);
    case ["chain-call", var store, var routes, var name]: return await ChainCallers.RunAsync(store, routes, name);
    case ["canary-work", var store, var routes, var name, var version, var history]:
        return await CanaryProcesses.WorkAsync(store, routes, name, version, history);
    case ["canary-call", var store, var routes, var name, var rate]:
        return await CanaryProcesses.CallAsync(store, routes, name, double.Parse(rate, CultureInfo.InvariantCulture));
    case ["--canary", .. var rest]: return await CanaryRun.RunAsync(rest);
    case ["--chains", .. var rest]: return await ChainRun.RunAsync(rest);
    case ["peer-proxy", .. var backends]: return await YarpPeer.ProxyHereAsync(backends);
    case ["peer-backend", var version]: return await YarpPeer.ServeHereAsync(version);
    case ["peer-silo", var version, var redis]: return await OrleansPeer.ServeHereAsync(version, redis);
}

Options options;
try
{
    options = Options.Parse(args);
}
catch (Exception error) when (error is ArgumentException or FormatException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

if (options.Endpoints > 0) return await EndpointRun.RunAsync(options);
if (options.Peers) return await PeerRun.RunAsync(options);
Environment.SetEnvironmentVariable(Defects.Variable, options.Plant);
Surroundings surroundings;
try
{
    surroundings = await Surroundings.StartAsync(options);
}
catch (InvalidOperationException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

await using (surroundings)
{
    if (options.LosesStore)
    {
        await using var restores = new RestoreRun(options, surroundings);
        var report = await restores.PlayAsync();
        report.Print(options);
        if (options.Json is { } place) WriteJson(place, report.Write);
        return report.Holds ? 0 : 1;
    }

    var services = new ServiceCollection();
    services.AddLogging();
    services.AddFan(fan => fan.Name = "switch-bench").UseStore(surroundings.Store).AddSqliteStore().AddZooKeeperStore();
    await using var provider = services.BuildServiceProvider();
    var changes = provider.GetRequiredService<ISystemChanges>();
    await using var run = options is { Moves: > 0, Seconds: null } ? null : new Run(options, surroundings, changes);
    await using var moving = options.Moves > 0 ? new ShardRun(options, surroundings, changes) : null;
    var (switched, moved) = (run?.PlayAsync(), moving?.PlayAsync());
    // Both end before anything is taken down, whichever fails.
    await Task.WhenAll(((Task?[])[switched, moved]).OfType<Task>());
    var (result, moves) = (switched is null ? null : await switched, moved is null ? null : await moved);
    result?.Print(options);
    moves?.Print(options);
    if (options.Json is { } path) Write(path, result, moves);
    return result is not { Holds: false } && moves is not { Verdict.Holds: false } ? 0 : 1;
}

void Write(string path, Result? result, ShardResult? moves) => WriteJson(path, json =>
{
    result?.Write(json);
    if (moves is not null && result is not null) json.WriteStartObject("shards");
    moves?.Write(json);
    if (moves is not null && result is not null) json.WriteEndObject();
});

void WriteJson(string path, Action<Utf8JsonWriter> content)
{
    if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
    using var file = File.Create(path);
    using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
    json.WriteStartObject();
    json.WriteString("store", options.StoreName);
    json.WriteNumber("applications", options.Applications);
    json.WriteString("routes", string.Join(',', options.Routes));
    content(json);
    json.WriteEndObject();
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
