using System.Diagnostics.CodeAnalysis;

namespace Fan;

/// <summary>The name of a service: a dotted path whose parts may carry shard keys, e.g. <c>retail.store[store_id].public_wines</c>.</summary>
/// <remarks>Immutable. Two names are equal when their canonical forms are.</remarks>
public sealed class ServiceName : IEquatable<ServiceName>
{
    /// <summary>A name, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>The parts of a name.</summary>
    public const int MaxParts = 16;

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

    /// <summary>Parses a name.</summary>
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

        if (text.Length > MaxLength)
        {
            error = $"A service name has at most {MaxLength} characters; this one has {text.Length}.";
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
                    ? $"Service name '{Printable(text)}' has '{Printable(text[at].ToString())}' at {at + 1}, where a name part of letters, digits, '_' or '-' is expected."
                    : $"Service name '{Printable(text)}' ends where a name part is expected.";
                return false;
            }

            parts.Add(text[start..at]);
            if (at < text.Length && text[at] == '[')
            {
                var close = text.IndexOf(']', at);
                if (close < 0 || close == at + 1 || text.AsSpan(at + 1, close - at - 1).Contains('['))
                {
                    error = $"Service name '{Printable(text)}' has a bracket at {at + 1} that is empty, nested or not closed.";
                    return false;
                }

                keys.Add(text[(at + 1)..close]);
                at = close + 1;
            }

            if (at == text.Length) break;
            if (text[at] != '.')
            {
                error = $"Service name '{Printable(text)}' has '{Printable(text[at].ToString())}' at {at + 1}, where '.' or the end is expected.";
                return false;
            }

            at++;
            if (parts.Count == MaxParts)
            {
                error = $"Service name '{Printable(text)}' has more than {MaxParts} parts.";
                return false;
            }
        }

        error = null;
        name = new ServiceName(text, string.Join('.', parts), [.. keys]);
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

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
