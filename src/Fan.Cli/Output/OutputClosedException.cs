namespace Fan.Cli.Output;

/// <summary>An output of the process can't be written.</summary>
internal sealed class OutputClosedException(string message, bool readerHasGone, Exception inner) : Exception(message, inner)
{
    /// <summary>Whether whoever read it has what it wanted, as in <c>fan ls | head</c>.</summary>
    public bool ReaderHasGone => readerHasGone;
}
