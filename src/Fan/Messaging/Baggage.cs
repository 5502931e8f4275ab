using System.Text;

namespace Fan.Messaging;

/// <summary>
/// The <c>baggage</c> header of <see href="https://www.w3.org/TR/baggage/">W3C Baggage</see>: names and percent-encoded values.
/// </summary>
/// <remarks>
/// Properties of a member (after <c>;</c>) say nothing to Fan; they are passed on with it. Limits are those of the standard: 64 members,
/// 8192 bytes.
/// </remarks>
public static class Baggage
{
    /// <summary>The most members of one header.</summary>
    public const int MaxMembers = 64;

    /// <summary>The longest header, in characters.</summary>
    public const int MaxLength = 8192;

    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    /// <summary>
    /// Writes members; null where there are none. What does not fit the limits is left out from the end, and never in part.
    /// </summary>
    public static string? Format(IEnumerable<KeyValuePair<string, string?>> members) => Format(members, null, out _);

    /// <summary>
    /// Reads a header. A member that breaks the standard, or does not fit its limits, is left out; the result is false then, with what is
    /// wrong with the first of them.
    /// </summary>
    public static bool TryParse(string? header, out IReadOnlyDictionary<string, string> members, out string? error)
    {
        error = null;
        if (string.IsNullOrEmpty(header))
        {
            members = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;
            return true;
        }

        var read = new BaggageMembers();
        members = read;
        foreach (var range in header.AsSpan().Split(','))
        {
            if (range.End.Value > MaxLength)
            {
                error ??= $"Header 'baggage' has {header.Length} characters; at most {MaxLength} are allowed.";
                break;
            }

            var member = header.AsSpan(range).Trim(" \t");
            var semicolon = member.IndexOf(';');
            var pair = semicolon < 0 ? member : member[..semicolon];
            var equals = pair.IndexOf('=');
            var key = equals < 0 ? default : pair[..equals].TrimEnd(" \t");
            if (!IsToken(key))
            {
                error ??= $"Header 'baggage' has a member that is no name=value: '{HeaderText.Shorten(member.ToString())}'.";
                continue;
            }

            if (read.Count == MaxMembers)
            {
                error ??= $"Header 'baggage' has more than {MaxMembers} members.";
                break;
            }

            read.Set(
                key.ToString(), Decode(pair[(equals + 1)..].Trim(" \t")), semicolon < 0 ? null : PropertiesOf(member[(semicolon + 1)..]));
        }

        return error is null;
    }

    /// <param name="members">The members.</param>
    /// <param name="properties">
    /// The properties that were read with a member of that name and value, as they are written; null where it has none.
    /// </param>
    /// <param name="error">What is wrong with the first one that is left out; null where none is.</param>
    internal static string? Format(
        IEnumerable<KeyValuePair<string, string?>> members, Func<string, string?, string?>? properties, out string? error)
    {
        ArgumentNullException.ThrowIfNull(members);
        error = null;
        StringBuilder? text = null;
        var count = 0;
        foreach (var (key, value) in members)
        {
            if (!IsToken(key))
            {
                error ??= $"'{HeaderText.Shorten(key)}' is no name of a member.";
                continue;
            }

            var member = key + "=" + Uri.EscapeDataString(value ?? "");
            if (properties?.Invoke(key, value) is { } further) member += ";" + further;
            if (++count > MaxMembers || (text is null ? 0 : text.Length + 1) + member.Length > MaxLength)
            {
                error ??=
                    $"there are more than {MaxMembers} members, or more than {MaxLength} characters, from '{HeaderText.Shorten(key)}' on.";
                break;
            }

            text ??= new StringBuilder();
            if (text.Length > 0) text.Append(',');
            text.Append(member);
        }

        return text?.ToString();
    }

    /// <summary>Members as somebody sets them.</summary>
    /// <exception cref="BadArgumentException">A name can't travel.</exception>
    internal static IReadOnlyDictionary<string, string> Required(IReadOnlyDictionary<string, string> members)
    {
        // What was read is in order.
        if (members is BaggageMembers || members.Count == 0) return members;
        foreach (var name in members.Keys)
        {
            if (!IsToken(name))
            {
                throw new BadArgumentException(
                    "baggage",
                    $"'{HeaderText.Shorten(name)}' is no name of a baggage member: it must have ASCII letters, " +
                    $"digits and {TokenMarks} only.");
            }
        }

        return members;
    }

    // Properties that break the standard's form are left out by themselves.
    private static string? PropertiesOf(ReadOnlySpan<char> text)
    {
        var kept = new List<string>();
        foreach (var range in text.Split(';'))
        {
            var property = text[range].Trim(" \t");
            var equals = property.IndexOf('=');
            var key = equals < 0 ? property : property[..equals].TrimEnd(" \t");
            if (!IsToken(key)) continue;
            kept.Add(equals < 0 ? key.ToString() : $"{key}={Uri.EscapeDataString(Decode(property[(equals + 1)..].Trim(" \t")))}");
        }

        return kept.Count == 0 ? null : string.Join(';', kept);
    }

    // As the standard asks: what is no UTF-8 becomes the replacement character. A percent sign that begins no octet is one.
    private static string Decode(ReadOnlySpan<char> value)
    {
        if (!value.Contains('%')) return value.ToString();
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
        var length = 0;
        while (!value.IsEmpty)
        {
            if (value[0] == '%' && value.Length > 2 && char.IsAsciiHexDigit(value[1]) && char.IsAsciiHexDigit(value[2]))
            {
                bytes[length++] = Convert.FromHexString(value.Slice(1, 2))[0];
                value = value[3..];
                continue;
            }

            var plain = value[1..].IndexOf('%') is var next && next < 0 ? value : value[..(next + 1)];
            length += Encoding.UTF8.GetBytes(plain, bytes.AsSpan(length));
            value = value[plain.Length..];
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
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
