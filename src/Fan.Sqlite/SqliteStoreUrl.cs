using System.Globalization;

namespace Fan.Sqlite;

/// <summary>A store's URL: <c>sqlite:PATH[?session=TIME]</c>, with <c>s</c> or <c>ms</c> after the time.</summary>
internal sealed record SqliteStoreUrl(string FilePath, TimeSpan Lease)
{
    private const string Scheme = "sqlite:";

    /// <exception cref="FormatException">It is none; the message names the place.</exception>
    public static SqliteStoreUrl Parse(string url)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"Store '{url}' must begin with '{Scheme}'.");
        }

        var rest = url[Scheme.Length..];
        if (rest.StartsWith("//", StringComparison.Ordinal)) rest = rest[2..];
        var question = rest.IndexOf('?');
        var path = question < 0 ? rest : rest[..question];
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new FormatException($"Store '{url}' names no file; write sqlite:PATH.");
        }

        var lease = TimeSpan.FromSeconds(10);
        if (question >= 0)
        {
            foreach (var option in rest[(question + 1)..].Split('&'))
            {
                var (name, value) = option.Split('=', 2) is [var left, var right] ? (left, right) : (option, "");
                lease = name == "session"
                    ? ParseLease(url, value)
                    : throw new FormatException($"Store '{url}' has an option '{name}' that is not known; known is session.");
            }
        }

        return new SqliteStoreUrl(Path.GetFullPath(path), lease);
    }

    private static TimeSpan ParseLease(string url, string text)
    {
        var (digits, unit) = text.EndsWith("ms", StringComparison.Ordinal)
            ? (text[..^2], 1d)
            : text.EndsWith('s')
            ? (text[..^1], 1000d)
            : ("", 0d);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * unit is >= 1000 and <= 3_600_000
            ? TimeSpan.FromMilliseconds(number * unit)
            : throw new FormatException($"Store '{url}': session must be from 1s to 3600s; it is '{text}'.");
    }
}
