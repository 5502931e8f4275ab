using System.Diagnostics;

namespace InProcess;

/// <summary>What one slice of calls took.</summary>
internal readonly record struct Slice(int Calls, double Seconds, double CpuSeconds, double BytesPerCall)
{
    public double Nanoseconds => Seconds * 1e9 / Calls;

    public static async Task<Slice> MeasureAsync(Entry entry, string operation, int calls)
    {
        entry.Enter();
        try
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var bytes = Allocated(entry);
            var start = Stopwatch.GetTimestamp();
            await entry.RunAsync(operation, calls);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var allocated = Allocated(entry) - bytes;
            // The loop's own task is one object for all calls of the slice.
            return new Slice(calls, seconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Math.Floor((double)allocated / calls));
        }
        finally
        {
            entry.Leave();
        }
    }

    /// <summary>How many calls take about as long as asked.</summary>
    public static async Task<int> CalibrateAsync(Entry entry, string operation, double seconds)
    {
        for (var calls = 64; ; calls *= 4)
        {
            var slice = await MeasureAsync(entry, operation, calls);
            if (slice.Seconds > seconds / 8 || calls > 100_000_000) return Math.Max(1, (int)(calls * seconds / slice.Seconds));
        }
    }

    private static long Allocated(Entry entry) =>
        entry.LeavesThread ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}
