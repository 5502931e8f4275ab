namespace Fan.Cli.Load;

/// <summary>What a load came to, for programs.</summary>
internal sealed record LoadReport
{
    private const int MostSteps = 20;

    public required string Method { get; init; }

    /// <summary>What carried the calls; left out where that is not known.</summary>
    public string? Transport { get; init; }

    public required int Callers { get; init; }

    /// <summary>Left out where as many were made as there could be.</summary>
    public double? Rate { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Whether it was ended before its time.</summary>
    public required bool Interrupted { get; init; }

    public required long Calls { get; init; }

    public required long Failed { get; init; }

    public required double CallsPerSecond { get; init; }

    public required IReadOnlyList<LoadError> Errors { get; init; }

    /// <summary>Of the calls that succeeded; left out where none did.</summary>
    public LatencySummary? LatencyMs { get; init; }

    public required IReadOnlyList<LatencyStep> Histogram { get; init; }

    public static LoadReport Of(string method, string? transport, LoadPlan plan, LoadCounts counts, TimeSpan time, bool isInterrupted) =>
        new()
        {
            Method = method,
            Transport = transport,
            Callers = plan.Callers,
            Rate = plan.Rate,
            Seconds = time.TotalSeconds,
            Interrupted = isInterrupted,
            Calls = counts.Calls,
            Failed = counts.Failed,
            CallsPerSecond = time > TimeSpan.Zero ? counts.Calls / time.TotalSeconds : 0,
            Errors = counts.Errors,
            LatencyMs = LatencySummary.Of(counts.Latencies),
            Histogram = counts.Latencies.Steps(MostSteps),
        };
}

/// <summary>Times in milliseconds.</summary>
internal sealed record LatencySummary(double P50, double P90, double P99, double P999, double Max)
{
    public static LatencySummary? Of(LatencyHistogram times)
    {
        return times.Percentile(0.5) is null ? null : new(At(0.5), At(0.9), At(0.99), At(0.999), times.Longest.TotalMilliseconds);

        double At(double share) => times.Percentile(share)!.Value.TotalMilliseconds;
    }
}
