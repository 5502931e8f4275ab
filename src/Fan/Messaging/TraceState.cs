using System.Buffers;
using System.Text;

namespace Fan.Messaging;

/// <summary>
/// The <c>tracestate</c> header of <see href="https://www.w3.org/TR/trace-context-2/#tracestate-header">W3C Trace Context</see>: up to 32
/// members of systems that trace.
/// </summary>
internal static class TraceState
{
    public const int MaxMembers = 32;

    private const int MaxKey = 256;
    private const int MaxValue = 256;

    private static readonly SearchValues<char> KeyStarts = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
    private static readonly SearchValues<char> KeyMarks = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-*/@");

    /// <summary>
    /// Reads a header: members in their order, without the spaces around them, of those with one key the first. Null where there is none,
    /// or where one breaks the form: the standard asks to go on without all of them then.
    /// </summary>
    public static string? Read(string? header, out string? error)
    {
        error = null;
        if (string.IsNullOrEmpty(header)) return null;
        var members = new List<string>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var range in header.AsSpan().Split(','))
        {
            // Trailing spaces are none of the value; leading ones are of the list, as the key can't begin with one.
            var member = header.AsSpan(range).Trim(" \t");
            if (member.IsEmpty) continue;
            var equals = member.IndexOf('=');
            if (equals < 0 || !IsKey(member[..equals]) || !IsValue(member[(equals + 1)..]))
            {
                error = $"Header 'tracestate' has a member that breaks its form: '{HeaderText.Shorten(member.ToString())}'.";
                return null;
            }

            if (members.Count + 1 > MaxMembers)
            {
                error = $"Header 'tracestate' has more than {MaxMembers} members.";
                return null;
            }

            if (keys.Add(member[..equals].ToString())) members.Add(member.ToString());
        }

        return members.Count == 0 ? null : string.Join(',', members);
    }

    private static bool IsKey(ReadOnlySpan<char> key) =>
        key.Length is > 0 and <= MaxKey && KeyStarts.Contains(key[0]) && !key.ContainsAnyExcept(KeyMarks);

    private static bool IsValue(ReadOnlySpan<char> value) =>
        value.Length is > 0 and <= MaxValue && !value.ContainsAnyExceptInRange(' ', '~') && !value.Contains('=');
}
