using Microsoft.Extensions.Logging;

namespace Fan.Database.Calls;

/// <summary>What the mailbox says.</summary>
internal static partial class DatabaseCallLog
{
    [LoggerMessage(1, LogLevel.Warning, "Calls over the database are interrupted, and go on after a pause: {Reason}")]
    public static partial void Interrupted(ILogger logger, Exception error, string reason);

    [LoggerMessage(2, LogLevel.Warning, "A frame of a call over the database could not be taken, and is left out: {Reason}")]
    public static partial void NotTaken(ILogger logger, Exception error, string reason);

    [LoggerMessage(3, LogLevel.Warning, "The database refuses a frame of a call of '{Service}', which fails: {Reason}")]
    public static partial void Refused(ILogger logger, string service, string reason);
}
