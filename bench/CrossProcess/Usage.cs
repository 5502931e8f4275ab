using System.Globalization;
using System.Runtime;

namespace CrossProcess;

/// <summary>What a process has used since it began.</summary>
/// <param name="CpuSeconds">User and system time.</param>
/// <param name="Bytes">What was allocated.</param>
/// <param name="Compiled">The methods compiled so far, each tier counted: while it grows, the process is not warm.</param>
internal readonly record struct Usage(double CpuSeconds, long Bytes, long Compiled)
{
    public static Usage OfThisProcess() =>
        new(Environment.CpuUsage.TotalTime.TotalSeconds, GC.GetTotalAllocatedBytes(precise: true), JitInfo.GetCompiledMethodCount());

    public static Usage operator +(Usage left, Usage right) =>
        new(left.CpuSeconds + right.CpuSeconds, left.Bytes + right.Bytes, left.Compiled + right.Compiled);

    public static Usage operator -(Usage left, Usage right) =>
        new(left.CpuSeconds - right.CpuSeconds, left.Bytes - right.Bytes, left.Compiled - right.Compiled);

    public static Usage Parse(string line)
    {
        var parts = line.Split(' ');
        return new(
            double.Parse(parts[0], CultureInfo.InvariantCulture),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            long.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    public override string ToString() => FormattableString.Invariant($"{CpuSeconds:R} {Bytes} {Compiled}");
}
