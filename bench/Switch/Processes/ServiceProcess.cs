using Microsoft.Extensions.Hosting;

namespace SwitchBench.Processes;

/// <summary>Serves until its standard input ends.</summary>
internal static class ServiceProcess
{
    public static async Task<int> RunAsync(string store, string routes, string what)
    {
        var clock = new SkewedClock();
        using var host = await Applications.ServeAsync(store, routes, what, clock);
        Console.WriteLine("ready");
        await clock.FollowInputAsync();
        await host.StopAsync();
        return 0;
    }
}
