using System.Globalization;
using Fan.Cli.Errors;

namespace Fan.Cli.Sharding;

/// <summary>What <c>fan shard move</c> and <c>fan shard assign</c> are given.</summary>
internal static class ShardMoves
{
    private const int MaxReason = 1000;
    private const string NobodyNamed = "*";

    /// <summary>The worker of each shard; null where none is named any more.</summary>
    /// <exception cref="UsageException">One of them is not as it must be.</exception>
    public static Dictionary<int, string?> Parse(IReadOnlyList<string> words)
    {
        var owners = new Dictionary<int, string?>();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1
                || equals == word.Length - 1
                || !int.TryParse(word.AsSpan(0, equals), NumberStyles.None, CultureInfo.InvariantCulture, out var shard))
                throw new UsageException($"'{word}' is no move: write SHARD=WORKER, e.g. 7=worker-2, or 7=* for no worker by name.");
            var worker = word[(equals + 1)..];
            if (!owners.TryAdd(shard, worker == NobodyNamed ? null : worker)) throw new UsageException($"Shard {shard} is named twice.");
        }

        return owners;
    }

    /// <summary>The shard of each key; null where it is listed no more.</summary>
    /// <exception cref="UsageException">One of them is not as it must be.</exception>
    public static Dictionary<string, int?> ParseKeys(IReadOnlyList<string> words)
    {
        var shards = new Dictionary<string, int?>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var equals = word.LastIndexOf('=');
            var value = word[(equals + 1)..];
            if (equals < 1 || !(value == NobodyNamed | int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var shard)))
                throw new UsageException($"'{word}' is no assignment: write KEY=SHARD, e.g. acme=3, or acme=* to take it off the list.");
            if (!shards.TryAdd(word[..equals], value == NobodyNamed ? null : shard))
            {
                throw new UsageException($"Key '{word[..equals]}' is named twice.");
            }
        }

        return shards;
    }

    /// <exception cref="UsageException">It is too long, or has several lines.</exception>
    public static string Reason(string? text) => text is null ? "" : text.Length <= MaxReason && !text.Any(char.IsControl)
        ? text
        : throw new UsageException($"-m must have 0 to {MaxReason} characters on one line.");
}
