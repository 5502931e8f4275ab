using Microsoft.Extensions.Logging;

namespace Fan.Redis.Calling;

internal static partial class RedisCallLog
{
    [LoggerMessage(1, LogLevel.Debug, "A message of type '{Type}' could not be sent: {Reason}")]
    public static partial void Dropped(ILogger logger, string type, string reason);

    [LoggerMessage(2, LogLevel.Debug, "Redis at {Where} could not be told that we wait for replies: {Reason}")]
    public static partial void NotKept(ILogger logger, string where, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Services could not be offered in Redis at {Where}, and will be tried again: {Reason}")]
    public static partial void NotOffered(ILogger logger, string where, string reason);

    [LoggerMessage(4, LogLevel.Information, "Services are offered in Redis at {Where} as {Id}")]
    public static partial void Offered(ILogger logger, string where, string id);

    [LoggerMessage(5, LogLevel.Debug, "A reply could not be sent: {Reason}")]
    public static partial void ReplyFailed(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Debug, "The caller of {Calls} calls has gone")]
    public static partial void CallerGone(ILogger logger, int calls);

    [LoggerMessage(8, LogLevel.Warning, "Messages of calls over Redis are not read for now, and are after a pause: {Reason}")]
    public static partial void ReadFailed(ILogger logger, Exception error, string reason);

    [LoggerMessage(9, LogLevel.Warning, "A message of a call over Redis could not be taken, and is left out: {Reason}")]
    public static partial void NotTaken(ILogger logger, Exception error, string reason);

    [LoggerMessage(7, LogLevel.Information, "Calls in flight are broken off: {Reason}")]
    public static partial void DrainEnded(ILogger logger, string reason);

    [LoggerMessage(
        10,
        LogLevel.Warning,
        "A request in micro-fan's form was refused before anything of it ran, as its reply could not be sent: " +
        "{Reason} Further ones are not logged")]
    public static partial void NoWayBack(ILogger logger, string reason);
}
