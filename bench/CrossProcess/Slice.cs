namespace CrossProcess;

/// <summary>What one slice of calls took, client and server together.</summary>
internal sealed record Slice(long Calls, double Seconds, double P50, double P99, double CpuSeconds, double Bytes)
{
    public double CallsPerSecond => Calls / Seconds;

    public double CpuPerCall => CpuSeconds * 1e6 / Calls;
}
