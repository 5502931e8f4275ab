using System.Diagnostics;
using Fan.Conformance.Histories;
using SwitchBench.Processes;

namespace SwitchBench;

/// <summary>Kills services one after another, each replaced before the next, and notes when.</summary>
internal sealed class Faults(Func<string, Task<Child>> serve, List<Child> services, List<FaultWindow> windows)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);
    private static readonly string[] Kinds = ["1.0.0", "1.0.0", "2.0.0", "2.0.0", "desk", "desk"];

    public async Task PlayAsync(TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        for (var turn = 0; watch.Elapsed + Pause < length; turn++)
        {
            await Task.Delay(Pause);
            var at = turn * 2 % services.Count;
            var from = Stopwatch.GetTimestamp();
            services[at].KillNow();
            services[at].Dispose();
            // What was in flight on it has broken off by now.
            windows.Add(new FaultWindow(from, Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2)));
            services[at] = await serve(Kinds[at]);
        }
    }
}
