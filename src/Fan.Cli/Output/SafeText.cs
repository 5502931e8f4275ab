using System.Globalization;
using System.Text;

namespace Fan.Cli.Output;

/// <summary>
/// Text of strangers, made fit for a terminal: nothing in it moves the cursor, colours, or turns the direction of writing.
/// </summary>
internal static class SafeText
{
    /// <summary>
    /// One line, at most <paramref name="limit"/> characters of it: line breaks and tabs become blanks, other control characters visible
    /// escapes.
    /// </summary>
    public static string Line(string text, int limit = 1000)
    {
        var cut = text.Length <= limit ? text : text[..limit] + "…";
        return Replace(cut, static c => c is '\n' or '\r' or '\t' ? " " : Escape(c));
    }

    /// <summary>Text that keeps its lines.</summary>
    public static string Lines(string text) => Replace(text, static c => c is '\n' or '\t' ? c.ToString() : c == '\r' ? "" : Escape(c));

    /// <summary>JSON text, in which escapes of what does not show mean the same.</summary>
    public static string Json(string json) => Replace(json, static c => c is '\n' ? "\n" : Escape(c));

    /// <summary>Whether a character does something other than being shown.</summary>
    public static bool IsHidden(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escape(char c) => $"\\u{(int)c:x4}";

    private static string Replace(string text, Func<char, string> escape)
    {
        StringBuilder? safe = null;
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            // Beyond the first plane: tags (U+E0001…) are hidden too.
            var bad = pair
                ? CharUnicodeInfo.GetUnicodeCategory(text, i) is UnicodeCategory.Format
                : char.IsSurrogate(text[i]) || IsHidden(text[i]);
            if (bad)
            {
                safe ??= new StringBuilder(text, 0, i, text.Length + 16);
                safe.Append(escape(text[i]));
                if (pair) safe.Append(escape(text[i + 1]));
            }
            else
            {
                safe?.Append(text, i, pair ? 2 : 1);
            }

            if (pair) i++;
        }

        return safe?.ToString() ?? text;
    }
}
