using System.Globalization;
using Fan;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench;
using SwitchBench.Processes;

if (args is ["serve", var serveStore, var serveRoutes, var what]) return await ServiceProcess.RunAsync(serveStore, serveRoutes, what);
if (args is ["call", var callStore, var callRoutes, var name, var count, var rate])
    return await CallerProcess.RunAsync(callStore, callRoutes, name, int.Parse(count, CultureInfo.InvariantCulture), double.Parse(rate, CultureInfo.InvariantCulture));

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
    var run = new Run(options, provider.GetRequiredService<ISystemChanges>());
    await using (run.ConfigureAwait(false))
    {
        var result = await run.PlayAsync();
        result.Print(options);
        if (options.Json is { } path) result.Write(path, options);
        return result.Verdict.Holds ? 0 : 1;
    }
}
