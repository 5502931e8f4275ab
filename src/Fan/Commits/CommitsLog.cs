using Microsoft.Extensions.Logging;

namespace Fan.Commits;

internal static partial class CommitsLog
{
    [LoggerMessage(60, LogLevel.Information, "Applied commit {Number} by {Author}: {Reason}")]
    public static partial void Applied(ILogger logger, long number, string author, string reason);

    [LoggerMessage(61, LogLevel.Information, "Read the tree as of commit {Number}")]
    public static partial void Loaded(ILogger logger, long number);

    [LoggerMessage(
        62,
        LogLevel.Warning,
        "The store {Store} was restored or begun anew: the log of commits was at {Before} and is at {After}; all routes were read anew")]
    public static partial void Restarted(ILogger logger, string store, long before, long after);

    [LoggerMessage(64, LogLevel.Warning, "{Path} in the tree can't be understood and has no effect: {Reason}")]
    public static partial void Malformed(ILogger logger, string path, string reason);

    [LoggerMessage(65, LogLevel.Information, "Holding new root calls for {Barrier}")]
    public static partial void Held(ILogger logger, string barrier);

    [LoggerMessage(66, LogLevel.Warning, "Barrier {Barrier} stood too long; root calls go on")]
    public static partial void HeldTooLong(ILogger logger, string barrier);
}
