using Microsoft.Extensions.Hosting;

namespace WineStore.ServiceDefaults;

/// <summary>
/// Tells the parent that the process is ready, and ends it when the parent closes its standard input, however the parent ended.
/// </summary>
internal sealed class ParentProcess(IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var started = lifetime.ApplicationStarted.Register(() => Console.WriteLine("ready"));
        using var input = new StreamReader(Console.OpenStandardInput());
        // The wait can be given up, while a read of a pipe can't: a process that is told to end does not wait for its parent.
        while (await input.ReadLineAsync(stoppingToken).AsTask().WaitAsync(stoppingToken) is not null)
        {
            // Nothing is said on this line but its end.
        }

        lifetime.StopApplication();
    }
}
