using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using SwitchBench.Services;

namespace SwitchBench.Processes;

/// <summary>
/// What a process of the run is told on its standard input, a line for each order, until that ends or says anything else.
/// </summary>
internal sealed class Orders(SkewedClock clock, IReadOnlyList<(string Name, IHost Host)> applications)
{
    private readonly List<SnapshotWitness> _witnesses = [.. applications.Select(
        application => new SnapshotWitness(application.Name, application.Host))];
    private TaskCompletionSource _working = Done();

    /// <summary>Completed while calls are to be made.</summary>
    public Task Working => Volatile.Read(ref _working).Task;

    public async Task FollowAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["skew", var seconds]:
                    clock.Set(TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
                    break;
                case ["snapshots"]:
                    Console.WriteLine(string.Join('\t', _witnesses.SelectMany(witness => witness.TakeNew())));
                    break;
                case ["health"]:
                    Console.WriteLine(await HealthAsync());
                    break;
                case ["rest"]:
                    Volatile.Write(ref _working, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                    Console.WriteLine("resting");
                    break;
                case ["work"]:
                    Resume();
                    Console.WriteLine("working");
                    break;
                default:
                    Resume();
                    return;
            }
        }

        Resume();
    }

    private void Resume() => Volatile.Read(ref _working).TrySetResult();

    private async Task<string> HealthAsync()
    {
        var told = new List<string>();
        foreach (var (name, host) in applications)
        {
            var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            var text = Defects.Planted == Defects.Mute ? "" : report.Entries["fan"].Description ?? "";
            told.Add($"{name} {text}".ReplaceLineEndings(" ").Replace('\t', ' '));
        }

        return string.Join('\t', told);
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
