using System.Buffers;
using System.Diagnostics;

namespace Fan.Messaging;

/// <summary>The <c>traceparent</c> header of <see href="https://www.w3.org/TR/trace-context/">W3C Trace Context</see>.</summary>
internal static class TraceParent
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a value is well-formed: version, 32 and 16 lower-case hex digits that are not all zero, flags.</summary>
    public static bool IsValid(string? value)
    {
        // Later versions may be longer; what they add stands after another dash.
        if (value is null || value.Length < 55 || (value.Length > 55 && (value.StartsWith("00", StringComparison.Ordinal) || value[55] != '-'))) return false;
        var text = value.AsSpan();
        return IsHex(text[..2]) && !text.StartsWith("ff") && text[2] == '-'
            && IsHex(text.Slice(3, 32)) && text.Slice(3, 32).ContainsAnyExcept('0') && text[35] == '-'
            && IsHex(text.Slice(36, 16)) && text.Slice(36, 16).ContainsAnyExcept('0') && text[52] == '-'
            && IsHex(text.Slice(53, 2));
    }

    public static string Format(Activity activity) =>
        activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id }
            ? id
            : $"00-{activity.TraceId.ToHexString()}-{activity.SpanId.ToHexString()}-{(activity.Recorded ? "01" : "00")}";

    private static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(LowerHex);
}
