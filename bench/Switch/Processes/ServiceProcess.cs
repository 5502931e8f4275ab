using Microsoft.Extensions.Hosting;

namespace SwitchBench.Processes;

/// <summary>Serves until its standard input ends.</summary>
internal static class ServiceProcess
{
    public static async Task<int> RunAsync(string store, string routes, string what)
    {
        using var host = await Applications.ServeAsync(store, routes, what);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await host.StopAsync();
        return 0;
    }
}
