using System.Buffers;

namespace Fan.Redis.Messages;

/// <summary>
/// The names of the streams of calls. Each is there while its reader lives: nobody else makes one. The braces keep those of one process on
/// one node of a cluster.
/// </summary>
internal sealed class RedisTopology(string prefix)
{
    /// <summary>How many characters an id has.</summary>
    public const int IdLength = 32;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>What a process serves from.</summary>
    public string Requests(string id) => $"{prefix}:rpc:{{{id}}}:requests";

    /// <summary>What may overtake requests: cancellations and credit of sequences.</summary>
    public string Control(string id) => $"{prefix}:rpc:{{{id}}}:control";

    /// <summary>Where the replies to a process go.</summary>
    public string Replies(string id) => $"{prefix}:rpc:{{{id}}}:replies";

    /// <summary>The channel for requests in micro-fan's form, which do not name their service.</summary>
    public string MicroFan(string id, string service) => $"{prefix}.rpc.{id}.{service}";

    /// <summary>The channel for replies in that form.</summary>
    public string BackRoute(string id) => $"{prefix}.rpc.{id}";

    /// <summary>
    /// Whether a reply in that form may be published there: a channel of its caller's own choice, but none of ours that others listen to,
    /// where it would be taken for a request, and none that servers and client libraries talk on.
    /// </summary>
    public bool IsBackRoute(string channel)
    {
        if (channel.Any(char.IsControl) || channel.StartsWith("__", StringComparison.Ordinal)) return false;
        if (channel.StartsWith(prefix + ".", StringComparison.Ordinal) || channel.StartsWith(prefix + ":", StringComparison.Ordinal))
            return channel.StartsWith(BackRoute(""), StringComparison.Ordinal) && IsId(channel[BackRoute("").Length..]);
        return !IsRequests(channel);
    }

    // Of an application with another prefix.
    private static bool IsRequests(string channel)
    {
        const string middle = ".rpc.";
        for (var at = channel.IndexOf(middle, StringComparison.Ordinal); at >= 0; at = channel.IndexOf(
            middle, at + 1, StringComparison.Ordinal))
        {
            var rest = channel.AsSpan(at + middle.Length);
            if (rest.Length > IdLength && rest[IdLength] == '.' && IsId(rest[..IdLength].ToString())) return true;
        }

        return false;
    }

    public static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>Whether a text that somebody sent is an id, and so can't name any other key.</summary>
    public static bool IsId(string? text) => text is { Length: IdLength } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The same for a text in ASCII.</summary>
    public static bool IsId(ReadOnlySpan<byte> text) => text.Length == IdLength && !text.ContainsAnyExcept(Digits);
}
