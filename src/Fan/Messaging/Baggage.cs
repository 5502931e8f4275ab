using System.Text;

namespace Fan.Messaging;

/// <summary>The <c>baggage</c> header of <see href="https://www.w3.org/TR/baggage/">W3C Baggage</see>: names and percent-encoded values.</summary>
/// <remarks>Properties of a member (after <c>;</c>) are dropped. Limits are those of the standard: 64 members, 8192 bytes.</remarks>
public static class Baggage
{
    /// <summary>The most members of one header.</summary>
    public const int MaxMembers = 64;

    /// <summary>The longest header, in characters.</summary>
    public const int MaxLength = 8192;

    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    /// <summary>Writes members; null where there are none. What does not fit the limits is left out from the end.</summary>
    public static string? Format(IEnumerable<KeyValuePair<string, string?>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        StringBuilder? text = null;
        var count = 0;
        foreach (var (key, value) in members)
        {
            if (!IsToken(key)) continue;
            var member = key + "=" + Uri.EscapeDataString(value ?? "");
            if (++count > MaxMembers || (text?.Length ?? 0) + member.Length + 1 > MaxLength) break;
            text ??= new StringBuilder();
            if (text.Length > 0) text.Append(',');
            text.Append(member);
        }

        return text?.ToString();
    }

    /// <summary>Reads a header; false, with what is wrong, where it breaks the standard. The standard asks to go on without it then.</summary>
    public static bool TryParse(string? header, out IReadOnlyDictionary<string, string> members, out string? error)
    {
        error = null;
        if (string.IsNullOrEmpty(header))
        {
            members = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;
            return true;
        }

        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        members = read;
        if (header.Length > MaxLength)
        {
            error = $"Header 'baggage' has {header.Length} characters; at most {MaxLength} are allowed.";
            return false;
        }

        foreach (var range in header.AsSpan().Split(','))
        {
            var member = header.AsSpan(range).Trim();
            if (member.IndexOf(';') is >= 0 and var property) member = member[..property].TrimEnd();
            var equals = member.IndexOf('=');
            var key = equals < 0 ? default : member[..equals].TrimEnd();
            if (key.IsEmpty || !IsToken(key))
            {
                error = $"Header 'baggage' has a member that is no name=value: '{HeaderText.Shorten(member.ToString())}'.";
                return false;
            }

            if (read.Count == MaxMembers)
            {
                error = $"Header 'baggage' has more than {MaxMembers} members.";
                return false;
            }

            read[key.ToString()] = Uri.UnescapeDataString(member[(equals + 1)..].TrimStart().ToString());
        }

        return true;
    }

    private static bool IsToken(ReadOnlySpan<char> key)
    {
        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !TokenMarks.Contains(c, StringComparison.Ordinal)) return false;
        }

        return !key.IsEmpty;
    }
}
