using System.Globalization;
using Fan.Cli.Errors;
using Fan.Switching;

namespace Fan.Cli.Changes;

/// <summary>Changes of routes as they stand on the command line.</summary>
internal static class ChangeArguments
{
    /// <summary><c>SERVICE=VERSION</c>, <c>SERVICE=*</c> for every version, <c>SERVICE=@OTHER</c> for a service of another name.</summary>
    /// <exception cref="UsageException">A word is none of these.</exception>
    public static IReadOnlyList<RouteChange> ParseSwitch(IReadOnlyList<string> words) => [.. words.Select(word =>
    {
        var (name, value) = Divide("switch", word, "SERVICE=VERSION, SERVICE=* or SERVICE=@OTHER, as in retail.store=2.0.0");
        var service = ServiceName.Parse(name).Canonical;
        return value switch
        {
            "*" => new RouteChange { Service = service },
            ['@', .. var other] => new RouteChange { Service = service, Alias = ServiceName.Parse(other).Canonical },
            _ => RouteChange.To(service, value),
        };
    })];

    /// <summary><c>VERSION=PERCENT</c> for each version of one service.</summary>
    /// <exception cref="UsageException">A word is none, or names a version again.</exception>
    public static IReadOnlyDictionary<string, int> ParseShares(IReadOnlyList<string> words)
    {
        var shares = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var (version, text) = Divide("split", word, "VERSION=PERCENT, as in 1.4.0=90");
            if (!int.TryParse(text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) || percent > 100)
                throw new UsageException($"The share of {version} must be a whole number from 0 to 100; it is '{text}'.");
            if (!shares.TryAdd(version, percent)) throw new UsageException($"Version {version} is given twice.");
        }

        return shares;
    }

    /// <exception cref="UsageException">It is no number of a commit.</exception>
    public static long ParseCommit(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"'{text}' must be the number of a commit, as 'fan log' shows it.");

    private static (string Name, string Value) Divide(string verb, string word, string form)
    {
        if (word.StartsWith('-')) throw UsageException.UnknownOption(word, verb);
        var equals = word.IndexOf('=');
        return equals > 0 && equals < word.Length - 1
            ? (word[..equals], word[(equals + 1)..])
            : throw new UsageException($"'{word}' must be {form}.");
    }
}
