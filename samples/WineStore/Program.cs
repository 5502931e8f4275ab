using Fan;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WineStore;
using WineStore.Contracts;
using WineStore.ServiceDefaults;

// The wine store in six processes: three that serve, two of their next release, and this one, which starts them, plays the story and prints
// what happened.
if (args.Any(word => word is "--help" or "-h"))
{
    Console.WriteLine(StoryOptions.Usage);
    return 0;
}

if (StoryOptions.Parse(args, out var wrong) is not { } options)
{
    Console.Error.WriteLine(wrong);
    return 2;
}

using var folder = new StoryFolder();
Deployment.Apply(options, folder.Path);
await using var services = new ServiceProcesses(options.Native);
using var host = WineStoreApplication.Build(
    [], "WineStore", fan => fan.DependsOn<IPublicWines>("^1.2").DependsOn<IStock>("^1.0").DependsOn<ILightspeed>("^1.1"));
// Ctrl-C and SIGTERM are the host's: it says so by its lifetime, and this process ends its services before itself.
var ending = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
try
{
    await host.StartAsync(ending);
    await services.StartAsync(["WineStore.Retail", "WineStore.Integrations", "WineStore.LightspeedSync"], [], ending);
    var fan = host.Services.GetRequiredService<IFan>();
    await new Story(fan, Console.Out).PlayAsync(ending);
    var changes = host.Services.GetRequiredService<ISystemChanges>();
    var release = new ReleaseStory(fan, changes, Console.Out);
    await release.PinAsync(ending);
    await services.StartAsync(["WineStore.Retail", "WineStore.Integrations"], [WineStoreApplication.NextRelease], ending);
    await release.PlayAsync(ending);
    await new ShardStory(fan, changes, Console.Out).PlayAsync(ending);
    if (!options.Once)
    {
        Console.WriteLine(StoryOptions.Serving(options));
        await services.RunningAsync(ending);
    }
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    Console.WriteLine("Ending.");
}
catch (Exception error) when (error is StoryException or FanStartException or FanException or InvalidOperationException or StoreException
    or CommitRefusedException or CommitConflictException or ChangeUnappliedException)
{
    Console.Error.WriteLine($"The story failed: {error.Message}");
    return 1;
}

await host.StopAsync();
return 0;
