using System.Diagnostics.CodeAnalysis;

namespace Fan;

/// <summary>
/// The name of a service: a dotted path whose parts may carry shard keys, e.g. <c>retail.store[store_id].public_wines</c>.
/// </summary>
/// <remarks>Immutable. Two names are equal when their canonical forms are.</remarks>
public sealed class ServiceName : IEquatable<ServiceName>
{
    /// <summary>A name without its keys, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>A shard key, in characters as it is meant, not as it is written.</summary>
    public const int MaxKeyLength = 256;

    /// <summary>The parts of a name.</summary>
    public const int MaxParts = 16;

    // All keys as long as they may be, with three characters for each byte.
    private const int MaxTextLength = MaxLength + (MaxParts * (MaxKeyLength * 9 + 2));

    private ServiceName(string template, string canonical, string[] keys)
    {
        Template = template;
        Canonical = canonical;
        ShardKeys = keys;
    }

    /// <summary>The name as written, with brackets.</summary>
    public string Template { get; }

    /// <summary>The name without brackets: what routes, the store and URLs use.</summary>
    public string Canonical { get; }

    /// <summary>The names, or in a concrete path the values, in the brackets, in order.</summary>
    public IReadOnlyList<string> ShardKeys { get; }

    /// <summary>
    /// Writes a shard key so that it can stand in the brackets of a name: percent-encoded where it has <c>[</c>, <c>]</c>, <c>%</c> or what
    /// is no printable ASCII.
    /// </summary>
    /// <param name="key">The key as it is meant.</param>
    public static string EscapeKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.All(c => c is >= ' ' and <= '~' and not ('[' or ']' or '%')) ? key : Uri.EscapeDataString(key);
    }

    /// <summary>Parses a name. Shard keys may be percent-encoded.</summary>
    /// <exception cref="FormatException">It is no service name; the message says where and why.</exception>
    public static ServiceName Parse(string text) =>
        TryParse(text, out var name, out var error) ? name : throw new FormatException(error);

    /// <summary>Parses a name; on failure <paramref name="error"/> says where and why.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ServiceName? name, [NotNullWhen(false)] out string? error)
    {
        name = null;
        if (string.IsNullOrEmpty(text))
        {
            error = "A service name must not be empty.";
            return false;
        }

        if (text.Length > MaxTextLength)
        {
            error = $"A service name has at most {MaxTextLength} characters with its keys; this one has {text.Length}.";
            return false;
        }

        var parts = new List<string>();
        var keys = new List<string>();
        for (var at = 0; ;)
        {
            var start = at;
            while (at < text.Length && IsNameCharacter(text[at])) at++;
            if (at == start)
            {
                error = at < text.Length
                    ? $"Service name '{Shortened(text)}' has '{Printable(text[at].ToString())}' at {at + 1}, " +
                        "where a name part of letters, digits, '_' or '-' is expected."
                    : $"Service name '{Shortened(text)}' ends where a name part is expected.";
                return false;
            }

            parts.Add(text[start..at]);
            if (at < text.Length && text[at] == '[')
            {
                var close = text.IndexOf(']', at);
                if (close < 0 || close == at + 1 || text.AsSpan(at + 1, close - at - 1).Contains('['))
                {
                    error = $"Service name '{Shortened(text)}' has a bracket at {at + 1} that is empty, nested or not closed.";
                    return false;
                }

                var key = Uri.UnescapeDataString(text[(at + 1)..close]);
                if (!IsKey(key))
                {
                    error =
                        $"Service name '{Shortened(text)}' has a shard key at {at + 2} that is no key: " +
                        $"it must have 1 to {MaxKeyLength} characters, none of them a control character or half a surrogate pair.";
                    return false;
                }

                keys.Add(key);
                at = close + 1;
            }

            if (at == text.Length) break;
            if (text[at] != '.')
            {
                error =
                    $"Service name '{Shortened(text)}' has '{Printable(text[at].ToString())}' at {at + 1}, " +
                    "where '.' or the end is expected.";
                return false;
            }

            at++;
            if (parts.Count == MaxParts)
            {
                error = $"Service name '{Shortened(text)}' has more than {MaxParts} parts.";
                return false;
            }
        }

        var canonical = string.Join('.', parts);
        if (canonical.Length > MaxLength)
        {
            error = $"A service name has at most {MaxLength} characters; this one has {canonical.Length}.";
            return false;
        }

        error = null;
        name = new ServiceName(text, canonical, [.. keys]);
        return true;
    }

    /// <summary>Whether a text can be a shard key.</summary>
    internal static bool IsKey(string text)
    {
        if (text.Length is 0 or > MaxKeyLength) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i])) return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }

    /// <summary>Whether a name has brackets where another one has them, whatever stands in them.</summary>
    internal bool HasPlacesOf(ServiceName other) => Places().SequenceEqual(other.Places());

    /// <inheritdoc/>
    public bool Equals(ServiceName? other) => other is not null && string.Equals(Canonical, other.Canonical, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ServiceName);

    /// <inheritdoc/>
    public override int GetHashCode() => Canonical.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Template;

    // The parts with brackets, counted from the first.
    private IEnumerable<int> Places()
    {
        var (part, inBrackets) = (0, false);
        foreach (var c in Template)
        {
            if (c == '[') yield return part;
            if (c is '[' or ']') inBrackets = c == '[';
            else if (c == '.' && !inBrackets) part++;
        }
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private static string Shortened(string text) => Printable(text.Length <= MaxLength ? text : text[..MaxLength] + "…");

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
