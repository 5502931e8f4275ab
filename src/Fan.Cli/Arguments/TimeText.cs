using System.Globalization;
using Fan.Cli.Errors;
using Fan.Settings;

namespace Fan.Cli.Arguments;

/// <summary>Times as people write them: <c>500ms</c>, <c>2s</c>, <c>1.5m</c>, <c>1h</c>.</summary>
internal static class TimeText
{
    private const double Day = 86_400_000;
    private const double Longest = 366 * Day;

    private static readonly (string Unit, double Milliseconds)[] Units =
    [
        ("ms", 1),
        ("s", 1000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", Day)
    ];

    /// <exception cref="UsageException">It is none, or not from 1 ms to a day.</exception>
    public static TimeSpan Parse(string option, string text) =>
        Read(text, Day) ?? throw new UsageException($"{option} must be a time from 1ms to 24h such as 500ms, 2s or 1m; it is '{text}'.");

    /// <exception cref="UsageException">It is none, or not from 1 ms to 366 days.</exception>
    public static TimeSpan ParseLong(string option, string text) =>
        Read(text, Longest)
        ?? throw new UsageException($"{option} must be a time from 1ms to 366d such as 30s, 5m, 2h or 7d; it is '{text}'.");

    /// <summary>The time limit of a call, by the rule that all of them have.</summary>
    /// <exception cref="UsageException">It is none, or not from 1 ms to 49 days.</exception>
    public static TimeSpan ParseLimit(string option, string text) =>
        text is "none" ? Timeout.InfiniteTimeSpan
        : Read(text, TimeLimit.Longest.TotalMilliseconds)
            ?? throw new UsageException(
                $"{option} must be a time from 1ms to 49d such as 500ms, 2s or 1m, or none for no limit; it is '{text}'.");

    private static TimeSpan? Read(string text, double most)
    {
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * milliseconds >= 1
                && number * milliseconds <= most)
                return TimeSpan.FromMilliseconds(number * milliseconds);
        }

        return null;
    }
}
