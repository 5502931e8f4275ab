using Fan;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WineStore;
using WineStore.Contracts;
using WineStore.ServiceDefaults;

// The wine store in four processes: three that serve, and this one, which starts them, plays the story and prints what happened.
if (StoryOptions.Parse(args, out var wrong) is not { } options)
{
    Console.Error.WriteLine(wrong);
    return 2;
}

if (options.Store is not null) Environment.SetEnvironmentVariable("FAN_STORE", options.Store);
using var ending = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    ending.Cancel();
};
await using var services = new ServiceProcesses(options.Native, "WineStore.Retail", "WineStore.Integrations", "WineStore.LightspeedSync");
using var host = WineStoreApplication.Build([], "WineStore", fan => fan.DependsOn<IPublicWines>("^1.2").DependsOn<ILightspeed>("^1.0"));
try
{
    await services.ReadyAsync(ending.Token);
    await host.StartAsync(ending.Token);
    var story = new Story(host.Services.GetRequiredService<IFan>(), Console.Out);
    await story.PlayAsync(ending.Token);
    if (!options.Once)
    {
        Console.WriteLine("Serving. In another terminal: ./fan ls   ./fan call lightspeed.ping   Ctrl-C ends.");
        await services.RunningAsync(ending.Token);
    }
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    Console.WriteLine("Ending.");
}
catch (Exception error) when (error is StoryException or FanException or InvalidOperationException)
{
    Console.Error.WriteLine($"The story failed: {error.Message}");
    return 1;
}

await host.StopAsync();
return 0;
