using System.Globalization;

namespace Fan.Cli.Output;

/// <summary>Times for people.</summary>
internal static class AgeText
{
    /// <summary>The two largest parts at most: <c>3d 4h</c>, <c>12m 5s</c>, <c>800ms</c>.</summary>
    public static string Of(TimeSpan age) => age switch
    {
        { TotalDays: >= 1 } => $"{(int)age.TotalDays}d {age.Hours}h",
        { TotalHours: >= 1 } => $"{age.Hours}h {age.Minutes}m",
        { TotalMinutes: >= 1 } => $"{age.Minutes}m {age.Seconds}s",
        { TotalSeconds: >= 1 } => $"{age.Seconds}s",
        _ => $"{Math.Max(0, (int)age.TotalMilliseconds)}ms",
    };

    public static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
