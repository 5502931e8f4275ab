using System.Buffers;
using System.Diagnostics;
using System.Globalization;

namespace Fan.Messaging;

/// <summary>The <c>traceparent</c> header of <see href="https://www.w3.org/TR/trace-context/">W3C Trace Context</see>.</summary>
internal static class TraceParent
{
    // Version, trace id, parent id, flags, and the dashes between them.
    private const int Length = 55;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Whether a value is well-formed: version, 32 and 16 lower-case hex digits that are not all zero, flags; in versions to come, more
    /// after another dash.
    /// </summary>
    public static bool IsValid(string? value) => Read(value) is not null;

    /// <summary>
    /// A value in the form of version 00, which is what this version writes; null where it is not well-formed and the standard asks to
    /// begin a new trace.
    /// </summary>
    public static string? Read(string? value)
    {
        if (value is null) return null;
        if (value.Length != Length) value = value.Trim(' ', '\t');
        if (value.Length < Length) return null;
        var text = value.AsSpan();
        var isOurs = text.StartsWith("00");
        if (text.Length > Length && (isOurs || text[Length] != '-')) return null;
        if (!IsHex(text[..2]) || text.StartsWith("ff") || text[2] != '-'
            || !IsHex(text.Slice(3, 32)) || !text.Slice(3, 32).ContainsAnyExcept('0') || text[35] != '-'
            || !IsHex(text.Slice(36, 16)) || !text.Slice(36, 16).ContainsAnyExcept('0') || text[52] != '-'
            || !IsHex(text.Slice(53, 2))) return null;
        if (isOurs) return value;
        // Of flags to come, the meaning of these two alone is known.
        var flags = byte.Parse(text.Slice(53, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & 0x03;
        return $"00-{text[3..52]}-{flags:x2}";
    }

    public static string Format(Activity activity) =>
        activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id }
            ? id
            : $"00-{activity.TraceId.ToHexString()}-{activity.SpanId.ToHexString()}-{(activity.Recorded ? "01" : "00")}";

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(LowerHex);
}
