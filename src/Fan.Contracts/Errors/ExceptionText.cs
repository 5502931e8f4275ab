namespace Fan;

/// <summary>
/// What can be told of an exception of anybody's, whose members may throw, be null or have megabytes. Never fails itself.
/// </summary>
internal static class ExceptionText
{
    /// <summary>The longest message that is told, in characters.</summary>
    public const int MaxMessage = 8192;

    /// <summary>The longest name of a type that is told, in characters.</summary>
    public const int MaxType = 512;

    /// <summary>The message, bounded; empty where there is none.</summary>
    public static string MessageOf(Exception error)
    {
        try
        {
            return Cut(error.Message, MaxMessage);
        }
        catch (Exception)
        {
            return Unreadable(error);
        }
    }

    /// <summary>The name of the type.</summary>
    public static string TypeOf(Exception error) => Cut(error.GetType().FullName ?? error.GetType().Name, MaxType);

    /// <summary>The exception itself where a log can read all of it, else one that stands for it.</summary>
    public static Exception ForLog(Exception error)
    {
        try
        {
            _ = error.Message;
            _ = error.ToString();
            return error;
        }
        catch (Exception)
        {
            return new UnreadableException(Unreadable(error));
        }
    }

    /// <summary>A text that everything can carry: at most so long, and without halves of characters and zeros.</summary>
    public static string Cut(string? text, int most)
    {
        if (text is null) return "";
        if (text.Length > most) text = string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
        return SoundText.Of(text);
    }

    private static string Unreadable(Exception error) => $"The message of {TypeOf(error)} can't be read.";

    private sealed class UnreadableException(string message) : Exception(message);
}
