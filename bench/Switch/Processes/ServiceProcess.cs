using SwitchBench.Services;

namespace SwitchBench.Processes;

/// <summary>Serves until its standard input ends.</summary>
internal static class ServiceProcess
{
    public static async Task<int> RunAsync(string store, string routes, string what)
    {
        var clock = new SkewedClock();
        using var host = await Applications.ServeAsync(store, routes, what, clock);
        using var stop = new CancellationTokenSource();
        Console.WriteLine("ready");
        var spinning = Defects.SpinAsync(stop.Token);
        await new Orders(clock, [(what, host)]).FollowAsync();
        await stop.CancelAsync();
        await spinning;
        await host.StopAsync();
        return 0;
    }
}
