namespace Fan.Loss.Processes;

/// <summary>Text that some servers can't store: U+0000, halves of characters, what controls terminals, what is no character.</summary>
internal static class BadText
{
    public const string Value = "a\0b \ud83d c \udc00\ud83d d \uffff \u001b[31m \r\n 'quoted\" \\ \ud83d\ude00";

    /// <summary>What a push has in its arguments, as JSON. A pusher refuses half a character in it, as it is no text.</summary>
    public const string Json = """
        "a\u0000b \uffff \u001b[31m \r\n 'quoted\" \\ \ud83d\ude00"
        """;

    /// <summary>The same, as its handler is to read it.</summary>
    public const string Argument = "a\0b \uffff \u001b[31m \r\n 'quoted\" \\ \ud83d\ude00";
}
