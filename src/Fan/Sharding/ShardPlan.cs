using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fan.Sharding;

/// <summary>How the shard keys of a service divide into shards. The same in every process that knows its text. Immutable.</summary>
internal sealed class ShardPlan
{
    /// <summary>The most shards of one service.</summary>
    public const int MaxShards = 4096;

    private const string HashPrefix = "hash:";
    private const string RangePrefix = "ranges:";

    // Of the revision before, which compared keys as they travel, and whole numbers only: the same bounds divide otherwise.
    private const string FormerRangePrefix = "range:";
    private const string DirectoryPrefix = "directory:";

    private readonly string[]? _bounds;
    private readonly Comparison<string>? _compare;

    private readonly ImmutableSortedDictionary<string, int>? _listed;
    private readonly string _id;

    private ShardPlan(
        int count,
        string[]? bounds,
        string text,
        string id,
        ImmutableSortedDictionary<string, int>? listed = null,
        Comparison<string>? compare = null) =>
        (Count, _bounds, Text, _id, _listed, _compare) = (count, bounds, text, id, listed, compare);

    /// <summary>One shard for all: a service of which one instance works in the whole system.</summary>
    public static ShardPlan Unique { get; } = new(1, null, HashPrefix + "1", "hash-1");

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>As endpoints publish it.</summary>
    public string Text { get; }

    /// <summary>As a part of a path.</summary>
    public string Id => _id;

    /// <summary>Whether the tree says in which shard some keys are.</summary>
    public bool IsDirectory => _listed is not null;

    /// <exception cref="ArgumentOutOfRangeException">Too few, or too many.</exception>
    public static ShardPlan Hash(int count)
    {
        RequireCount(count);
        var text = count.ToString(CultureInfo.InvariantCulture);
        return count == 1 ? Unique : new ShardPlan(count, null, HashPrefix + text, "hash-" + text);
    }

    /// <summary>Shards whose keys the tree lists; those that it does not list divide by their hash.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Too few, or too many.</exception>
    public static ShardPlan Directory(int count)
    {
        RequireCount(count);
        var text = count.ToString(CultureInfo.InvariantCulture);
        return new ShardPlan(
            count,
            null,
            DirectoryPrefix + text,
            "directory-" + text,
            ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal));
    }

    /// <summary>
    /// The plan with the keys that the tree lists. It is another plan than that with others: no lock of one is held while one of the other
    /// is.
    /// </summary>
    public ShardPlan With(ImmutableSortedDictionary<string, int> listed)
    {
        if (_listed is null || listed.IsEmpty) return this;
        var text = string.Join('\n', listed.Select(key => $"{key.Key}={key.Value.ToString(CultureInfo.InvariantCulture)}"));
        return new ShardPlan(
            Count, null, Text, $"{_id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8))}", listed);
    }

    /// <summary>Shards between bounds: keys below the first one, from the first to below the second, and so on.</summary>
    /// <exception cref="FormatException">The bounds do not ascend, or are too many.</exception>
    public static ShardPlan Range(IReadOnlyList<string> bounds) => Range(bounds, RangePrefix, KeyOrder.Compare);

    /// <summary>Reads what an endpoint publishes; null where it is not understood.</summary>
    public static ShardPlan? TryParse(string? text)
    {
        if (text is null) return null;
        if (text.StartsWith(HashPrefix, StringComparison.Ordinal))
        {
            return TryCount(text.AsSpan(HashPrefix.Length)) is { } count ? Hash(count) : null;
        }

        if (text.StartsWith(DirectoryPrefix, StringComparison.Ordinal))
        {
            return TryCount(text.AsSpan(DirectoryPrefix.Length)) is { } shards ? Directory(shards) : null;
        }

        try
        {
            return text.StartsWith(RangePrefix, StringComparison.Ordinal) ? Range(text[RangePrefix.Length..].Split(','))
                : text.StartsWith(FormerRangePrefix, StringComparison.Ordinal)
                ? Range(text[FormerRangePrefix.Length..].Split(','), FormerRangePrefix, KeyOrder.CompareAsBefore)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The shard of a call, from 0.</summary>
    /// <param name="keys">Its shard keys as they travel; null where it has none.</param>
    public int ShardOf(string? keys)
    {
        if (Count == 1) return 0;
        var key = keys ?? "";
        // One that was listed for a plan with more shards has none of these.
        if (_listed is not null && _listed.TryGetValue(key, out var listed) && listed < Count) return listed;
        if (_bounds is null) return (int)(ShardHash.Of(key) % (uint)Count);
        // Ranges are of the first key.
        var comma = key.IndexOf(',', StringComparison.Ordinal);
        if (comma >= 0) key = key[..comma];
        if (_compare == KeyOrder.Compare) key = Uri.UnescapeDataString(key);
        int low = 0, high = _bounds.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_compare!(_bounds[middle], key) <= 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static void RequireCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxShards);
    }

    private static int? TryCount(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MaxShards ? count : null;

    private static ShardPlan Range(IReadOnlyList<string> bounds, string prefix, Comparison<string> compare)
    {
        if (bounds.Count is 0 or >= MaxShards)
        {
            throw new FormatException($"Shards by range need 1 to {MaxShards - 1} bounds; these are {bounds.Count}.");
        }

        for (var i = 0; i < bounds.Count; i++)
        {
            if (bounds[i].Length == 0 || bounds[i].Contains(',', StringComparison.Ordinal))
            {
                throw new FormatException($"A bound of shards has at least one character and no comma; one is '{bounds[i]}'.");
            }

            if (i > 0 && compare(bounds[i - 1], bounds[i]) >= 0)
            {
                throw new FormatException($"The bounds of shards must ascend; '{bounds[i]}' comes after '{bounds[i - 1]}'.");
            }
        }

        var text = prefix + string.Join(',', bounds);
        return new ShardPlan(bounds.Count + 1, [.. bounds], text, $"range-{ShardHash.Of(text):x8}", compare: compare);
    }
}

/// <summary>The hash by which every process comes to the same shards and owners.</summary>
internal static class ShardHash
{
    public static uint Of(string text, uint seed = 2166136261)
    {
        var hash = seed;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 16777619;
        return Mix(hash);
    }

    // The finaliser of MurmurHash3: the low bits of FNV alone are not even.
    public static uint Mix(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
