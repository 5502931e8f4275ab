namespace Fan.Messaging;

/// <summary>Shard keys as one header value: percent-encoded, with commas between them.</summary>
public static class ShardKeyList
{
    /// <summary>The most keys that a header may have: no name has more parts.</summary>
    public const int MaxKeys = ServiceName.MaxParts;

    /// <summary>Writes keys; null where there are none.</summary>
    public static string? Format(IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Count == 0 ? null : string.Join(',', keys.Select(Uri.EscapeDataString));
    }

    /// <summary>Reads keys.</summary>
    /// <exception cref="BadMessageException">There are too many, or one is empty.</exception>
    public static IReadOnlyList<string> Parse(string? header)
    {
        if (header is null) return [];
        var keys = header.Split(',', MaxKeys + 1);
        if (keys.Length > MaxKeys || keys.Any(string.IsNullOrEmpty))
            throw new BadMessageException(HeaderNames.ShardKeys, $"Header '{HeaderNames.ShardKeys}' must have 1 to {MaxKeys} keys, none empty; it is '{HeaderText.Shorten(header)}'.");
        return Array.ConvertAll(keys, Uri.UnescapeDataString);
    }
}
