using System.Buffers;

namespace Fan.Messaging;

/// <summary>Shard keys as one header value: percent-encoded, with commas between them.</summary>
public static class ShardKeyList
{
    /// <summary>The most keys that a header may have: no name has more parts.</summary>
    public const int MaxKeys = ServiceName.MaxParts;

    // What is never percent-encoded, and the commas.
    private static readonly SearchValues<char> AsIs = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~,");

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
        {
            throw new BadMessageException(
                HeaderNames.ShardKeys,
                $"Header '{HeaderNames.ShardKeys}' must have 1 to {MaxKeys} keys, none empty; it is '{HeaderText.Shorten(header)}'.");
        }

        return Array.ConvertAll(keys, Uri.UnescapeDataString);
    }

    /// <summary>Writes keys that stand in one text with commas between them, each percent-encoded where it needs to be.</summary>
    internal static string Normalize(string keys) => Format(Array.ConvertAll(keys.Split(','), Uri.UnescapeDataString))!;

    /// <summary>
    /// Holds the keys of a call against the places that its service's name has for them, and gives the header the one form that all who
    /// look at it compare.
    /// </summary>
    /// <exception cref="BadMessageException">They are too many or too few, or one is no key.</exception>
    internal static IReadOnlyList<string> Require(ServiceName service, MessageHeaders headers, bool anyNumber)
    {
        if (headers.ShardKeys is null && (service.ShardKeys.Count == 0 || anyNumber)) return [];
        var keys = Parse(headers.ShardKeys);
        if (keys.Count != service.ShardKeys.Count && !anyNumber)
        {
            throw new BadMessageException(HeaderNames.ShardKeys, service.ShardKeys.Count == 0
                ? $"Service '{service.Canonical}' has no shard keys; {keys.Count} came with the call."
                : $"Service '{service.Template}' takes {service.ShardKeys.Count} shard keys ({string.Join(", ", service.ShardKeys)}); " +
                    $"{keys.Count} came with the call.");
        }

        if (keys.FirstOrDefault(key => !ServiceName.IsKey(key)) is { } wrong)
        {
            throw new BadMessageException(
                HeaderNames.ShardKeys,
                $"A shard key of '{service.Template}' must have 1 to {ServiceName.MaxKeyLength} characters, no control characters; " +
                $"one is '{HeaderText.Shorten(wrong)}'.");
        }

        // One key written in two ways would be two shards.
        if (headers.ShardKeys.AsSpan().ContainsAnyExcept(AsIs)) headers.ShardKeys = Format(keys);
        return keys;
    }
}
