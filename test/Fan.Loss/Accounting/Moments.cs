namespace Fan.Loss.Accounting;

/// <summary>Moments that all processes of a machine, and its broker, tell alike: microseconds since 1970.</summary>
internal static class Moments
{
    public static long Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
