namespace Fan.Cli.Output;

/// <summary>Whoever read the output has gone.</summary>
internal sealed class OutputClosedException(Exception inner) : Exception("The output was closed by its reader.", inner);
