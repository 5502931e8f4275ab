using System.Globalization;

namespace Fan.Coordination;

/// <summary>The one option of stores' URLs: <c>?session=TIME</c>, with <c>s</c> or <c>ms</c> after the time.</summary>
internal static class StoreUrlSession
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    /// <param name="url">The whole URL, for errors.</param>
    /// <param name="options">What stands behind its question mark.</param>
    /// <exception cref="FormatException">It is none; the message names the place.</exception>
    public static TimeSpan Parse(string url, string options)
    {
        TimeSpan? session = null;
        foreach (var option in options.Split('&'))
        {
            var (name, value) = option.Split('=', 2) is [var left, var right] ? (left, right) : (option, "");
            session = name == "session"
                ? ParseTime(url, value)
                : throw new FormatException($"Store '{url}' has an option '{name}' that is not known; known is session.");
        }

        return session!.Value;
    }

    private static TimeSpan ParseTime(string url, string text)
    {
        var (digits, unit) = text.EndsWith("ms", StringComparison.Ordinal)
            ? (text[..^2], 1d)
            : text.EndsWith('s')
            ? (text[..^1], 1000d)
            : ("", 0d);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && TimeSpan.FromMilliseconds(Math.Min(number * unit, 1e9)) is var time
            && time >= Least
            && time <= Most
            ? time
            : throw new FormatException($"Store '{url}': session must be from 1s to 3600s; it is '{text}'.");
    }
}
