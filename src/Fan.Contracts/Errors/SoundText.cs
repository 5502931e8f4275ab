using System.Text;

namespace Fan;

/// <summary>Text of anybody's, made fit for every server and every wire: halves of characters and U+0000 become U+FFFD.</summary>
internal static class SoundText
{
    /// <summary>The text itself where there is nothing to replace.</summary>
    public static string Of(string text) =>
        IsSound(text) ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\ufffd');

    private static bool IsSound(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0')) return false;
        for (var at = text.IndexOfAnyInRange('\ud800', '\udfff'); at >= 0; at = text.IndexOfAnyInRange('\ud800', '\udfff'))
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return false;
            text = text[(at + 2)..];
        }

        return true;
    }
}
