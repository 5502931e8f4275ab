using System.Diagnostics;
using System.Runtime;

namespace InProcess;

/// <summary>Brings a contender into the state of a process that has run for long.</summary>
/// <remarks>
/// The compiler inlines through an interface by what it has seen a method do. A loop that is compiled before the methods
/// that it calls have been seen keeps calling them for good, by chance. So the single call goes first, through every tier,
/// and the loop after it.
/// </remarks>
internal static class WarmUp
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan QuickQuiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Warms one operation up and says how many calls take about <paramref name="sliceSeconds"/>. A quick one is for trying the bench, not
    /// for its figures.
    /// </summary>
    public static async Task<int> RunAsync(Entry entry, string operation, double sliceSeconds, bool quick = false)
    {
        entry.Enter();
        try
        {
            for (var tier = 0; tier < 3; tier++)
            {
                for (var i = 0; i < 200; i++) await entry.RunOnceAsync(operation);
                await CompilerIsQuietAsync(quick ? QuickQuiet : Quiet);
            }

            // Few calls at a time: a loop that runs long enough to be replaced while it runs is compiled from little.
            for (var tier = 0; tier < 2; tier++)
            {
                for (var i = 0; i < 80; i++) await entry.RunAsync(operation, 8);
                await CompilerIsQuietAsync(quick ? QuickQuiet : Quiet);
            }
        }
        finally
        {
            entry.Leave();
        }

        await Slice.CalibrateAsync(entry, operation, sliceSeconds);
        await CompilerIsQuietAsync(quick ? QuickQuiet : Quiet);
        return await Slice.CalibrateAsync(entry, operation, sliceSeconds);
    }

    private static async Task CompilerIsQuietAsync(TimeSpan quiet)
    {
        var start = Stopwatch.GetTimestamp();
        var (compiled, since) = (JitInfo.GetCompiledMethodCount(), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < quiet && Stopwatch.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(10);
            if (JitInfo.GetCompiledMethodCount() is var now && now != compiled) (compiled, since) = (now, Stopwatch.GetTimestamp());
        }
    }
}
