using System.Diagnostics;

namespace SwitchBench.Services;

/// <summary>What a run can be made to do wrong, to see that it is found.</summary>
internal static class Defects
{
    /// <summary>Tells the processes of the run.</summary>
    public const string Variable = "FAN_SWITCH_PLANT";

    public const string Failed = "failed";
    public const string Mixed = "mixed";
    public const string Late = "late";
    public const string Owner = "owner";
    public const string Stray = "stray";

    /// <summary>Callers that stay on the log that was, by what they say of themselves.</summary>
    public const string Deaf = "deaf";

    /// <summary>Health that says nothing.</summary>
    public const string Mute = "mute";

    /// <summary>A process that is never at rest.</summary>
    public const string Busy = "busy";

    /// <summary>All that there are.</summary>
    public static readonly IReadOnlyList<string> All = [Failed, Mixed, Late, Owner, Deaf, Mute, Busy];

    /// <summary>What this process is to do wrong; null where it is none.</summary>
    public static string? Planted { get; } = Environment.GetEnvironmentVariable(Variable);

    public static string Other(string version) => version == "1.0.0" ? "2.0.0" : "1.0.0";

    /// <summary>Takes a tenth of a core where that is the defect.</summary>
    public static async Task SpinAsync(CancellationToken stop)
    {
        if (Planted != Busy) return;
        while (!stop.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < 1) Thread.SpinWait(100);
            await Task.Delay(9, CancellationToken.None);
        }
    }
}
