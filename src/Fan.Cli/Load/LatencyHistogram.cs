namespace Fan.Cli.Load;

/// <summary>Counts times in steps of two percent, from a microsecond to a day, in bounded memory. Safe from any thread.</summary>
internal sealed class LatencyHistogram
{
    private const int PerDoubling = 32;
    private const int Doublings = 37;

    private readonly long[] _counts = new long[PerDoubling * Doublings];
    private long _longest;

    /// <summary>The longest one, exactly.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Volatile.Read(ref _longest));

    public void Add(TimeSpan time)
    {
        Interlocked.Increment(ref _counts[StepOf(time)]);
        for (var longest = Volatile.Read(ref _longest); time.Ticks > longest;)
        {
            var seen = Interlocked.CompareExchange(ref _longest, time.Ticks, longest);
            if (seen == longest) return;
            longest = seen;
        }
    }

    /// <summary>The time within which that share of them ended, at most two percent too long; null where there is none.</summary>
    public TimeSpan? Percentile(double share)
    {
        var all = _counts.Sum();
        if (all == 0) return null;
        var wanted = Math.Max(1, (long)Math.Ceiling(all * share));
        var step = 0;
        for (long seen = 0; (seen += _counts[step]) < wanted;) step++;
        return UpperEnd(step) is var end && end < Longest ? end : Longest;
    }

    /// <summary>
    /// How many ended within each time and not within the one before; the times are at most so many, from the first one that has any to the
    /// last.
    /// </summary>
    public IReadOnlyList<LatencyStep> Steps(int most)
    {
        var first = Array.FindIndex(_counts, count => count > 0);
        if (first < 0) return [];
        var last = Array.FindLastIndex(_counts, count => count > 0);
        var width = 1;
        while ((last / width) - (first / width) + 1 > most) width *= 2;
        return [.. Enumerable.Range(first / width, (last / width) - (first / width) + 1)
            .Select(group => new LatencyStep(
                UpperEnd(((group + 1) * width) - 1).TotalMilliseconds, _counts.Skip(group * width).Take(width).Sum()))];
    }

    private static int StepOf(TimeSpan time) =>
        time.TotalMicroseconds <= 1 ? 0 : Math.Min((PerDoubling * Doublings) - 1, (int)(Math.Log2(time.TotalMicroseconds) * PerDoubling));

    private static TimeSpan UpperEnd(int step) => TimeSpan.FromMicroseconds(Math.Pow(2, (step + 1.0) / PerDoubling));
}

/// <summary>Calls that ended within a time, and not within that of the step before.</summary>
internal sealed record LatencyStep(double UpToMs, long Calls);
