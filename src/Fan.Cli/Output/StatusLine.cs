namespace Fan.Cli.Output;

/// <summary>
/// One line of standard error on a terminal that is written anew as things go on, without escapes, as a terminal may not know any. One flow
/// of control uses it.
/// </summary>
internal sealed class StatusLine(Terminal terminal, bool isSilent)
{
    private int _shown;
    private bool _isClosed;

    /// <summary>Shows the text in place of the former one.</summary>
    public void Show(string text)
    {
        var line = text.Length < terminal.Width ? text : text[..(terminal.Width - 1)];
        Write($"\r{line.PadRight(_shown)}");
        _shown = line.Length;
    }

    /// <summary>Takes the line away, so that what follows stands alone.</summary>
    public void Clear()
    {
        if (_shown == 0) return;
        Show("");
        Write("\r");
    }

    /// <summary>Writes as it is; a reader that has gone stops nothing.</summary>
    public void Write(string text)
    {
        if (isSilent || _isClosed) return;
        try
        {
            terminal.Error.Write(text);
            terminal.Error.Flush();
        }
        catch (OutputClosedException)
        {
            _isClosed = true;
        }
    }
}
