using System.Globalization;
using Fan;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench;
using SwitchBench.Processes;
using SwitchBench.Shards;

if (args is ["serve", var serveStore, var serveRoutes, var what]) return await ServiceProcess.RunAsync(serveStore, serveRoutes, what);
if (args is ["call", var callStore, var callRoutes, var name, var count, var rate])
    return await CallerProcess.RunAsync(callStore, callRoutes, name, int.Parse(count, CultureInfo.InvariantCulture), double.Parse(rate, CultureInfo.InvariantCulture));
if (args is ["work", var workStore, var workRoutes, var worker, var history]) return await ShardProcesses.WorkAsync(workStore, workRoutes, worker, history);
if (args is ["call-shards", var shardStore, var shardRoutes, var caller, var callers, var pace])
    return await ShardProcesses.CallAsync(shardStore, shardRoutes, caller, int.Parse(callers, CultureInfo.InvariantCulture), double.Parse(pace, CultureInfo.InvariantCulture));

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

var services = new ServiceCollection();
services.AddLogging();
services.AddFan(fan => fan.Name = "switch-bench").UseStore(options.Store).AddSqliteStore().AddZooKeeperStore();
var provider = services.BuildServiceProvider();
await using (provider.ConfigureAwait(false))
{
    if (options.Moves > 0)
    {
        var moving = new ShardRun(options, provider.GetRequiredService<ISystemChanges>());
        await using (moving.ConfigureAwait(false))
        {
            var moves = await moving.PlayAsync();
            moves.Print(options);
            if (options.Json is { } file) moves.Write(file, options);
            return moves.Verdict.Holds ? 0 : 1;
        }
    }

    var run = new Run(options, provider.GetRequiredService<ISystemChanges>());
    await using (run.ConfigureAwait(false))
    {
        var result = await run.PlayAsync();
        result.Print(options);
        if (options.Json is { } path) result.Write(path, options);
        return result.Verdict.Holds ? 0 : 1;
    }
}
