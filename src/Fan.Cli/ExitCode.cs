namespace Fan.Cli;

/// <summary>What the tool ends with.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The call, or a check, failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The store, or the service, can't be reached.</summary>
    public const int NotReachable = 3;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
