namespace Fan.Messaging;

/// <summary>Text of a stranger, made fit for a message to people: short and without control characters.</summary>
internal static class HeaderText
{
    public static string Shorten(string text)
    {
        var cut = ExceptionText.Cut(text, 65);
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(c => char.IsControl(c) ? '?' : c)) : cut;
    }
}
