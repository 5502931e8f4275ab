using System.Collections.Immutable;

namespace Fan.Observing;

/// <summary>Calls of one service as their callers saw them. Immutable.</summary>
public sealed class ObservedCalls
{
    internal ObservedCalls(long failed, ImmutableSortedDictionary<int, long> durations)
    {
        Failed = failed;
        Durations = durations;
        Calls = durations.Values.Sum();
    }

    /// <summary>No calls.</summary>
    public static ObservedCalls None { get; } = new(0, ImmutableSortedDictionary<int, long>.Empty);

    /// <summary>How many ended.</summary>
    public long Calls { get; }

    /// <summary>
    /// How many of them ended with an error that is neither a fault of the service's contract nor the caller's own cancelling.
    /// </summary>
    public long Failed { get; }

    /// <summary>How many took how long, by <see cref="DurationScale"/>.</summary>
    internal ImmutableSortedDictionary<int, long> Durations { get; }

    /// <summary>The time within which that share of them ended, to within 9 %; null where there are none.</summary>
    /// <param name="share">From 0 to 1, e.g. 0.99.</param>
    public TimeSpan? Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Calls * share);
        foreach (var (step, count) in Durations)
        {
            wanted -= count;
            if (wanted <= 0) return DurationScale.UpperEnd(step);
        }

        return null;
    }

    /// <summary>Those that are not among the earlier ones.</summary>
    public ObservedCalls Since(ObservedCalls earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new(Failed - earlier.Failed, Durations.Select(
            pair => KeyValuePair.Create(pair.Key, pair.Value - earlier.Durations.GetValueOrDefault(pair.Key)))
            .Where(pair => pair.Value > 0).ToImmutableSortedDictionary());
    }

    internal ObservedCalls Plus(ObservedCalls other)
    {
        var durations = Durations.ToBuilder();
        foreach (var (step, count) in other.Durations) durations[step] = durations.GetValueOrDefault(step) + count;
        return new(Failed + other.Failed, durations.ToImmutable());
    }
}
