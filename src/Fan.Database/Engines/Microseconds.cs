namespace Fan.Database.Engines;

/// <summary>Times as columns have them.</summary>
internal static class Microseconds
{
    // A thousand years: sums with moments stay numbers.
    private const long Most = 1000L * 366 * 24 * 3600 * 1_000_000;

    public static long Of(TimeSpan time) => Math.Clamp((long)time.TotalMicroseconds, 0, Most);

    public static long? Of(TimeSpan? time) => time is { } known ? Of(known) : null;

    public static TimeSpan ToTime(long microseconds) =>
        TimeSpan.FromTicks(Math.Clamp(microseconds, -Most, Most) * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset ToMoment(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
