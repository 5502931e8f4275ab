using Microsoft.Extensions.Logging;

namespace Fan.Amqp.Connections;

internal static partial class BrokerLog
{
    [LoggerMessage(1, LogLevel.Information, "'{Name}' is connected to the broker at {Where}")]
    public static partial void Connected(ILogger logger, string name, string where);

    [LoggerMessage(2, LogLevel.Warning, "'{Name}' has no broker, and goes on trying. {Reason}")]
    public static partial void Away(ILogger logger, string name, string reason);

    [LoggerMessage(3, LogLevel.Warning, "'{Name}' lost the broker at {Where}: {Reason}")]
    public static partial void Lost(ILogger logger, string name, string where, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The broker at {Where} takes no messages of '{Name}' for now: {Reason}")]
    public static partial void Blocked(ILogger logger, string name, string where, string reason);

    [LoggerMessage(5, LogLevel.Information, "The broker at {Where} takes messages of '{Name}' again")]
    public static partial void Unblocked(ILogger logger, string name, string where);

    [LoggerMessage(6, LogLevel.Debug, "The connection of '{Name}' did not close as it should: {Reason}")]
    public static partial void CloseFailed(ILogger logger, string name, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Services could not be offered at the broker at {Where}, and will be tried again: {Reason}")]
    public static partial void NotOffered(ILogger logger, string where, string reason);

    [LoggerMessage(8, LogLevel.Information, "Services are offered at the broker at {Where} in queue {Queue}")]
    public static partial void Offered(ILogger logger, string where, string queue);

    [LoggerMessage(9, LogLevel.Debug, "A reply could not be sent: {Reason}")]
    public static partial void ReplyFailed(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Debug, "A message of type '{Type}' was dropped: {Reason}")]
    public static partial void Dropped(ILogger logger, string type, string reason);

    [LoggerMessage(12, LogLevel.Debug, "The caller of {Calls} calls has gone")]
    public static partial void CallerGone(ILogger logger, int calls);

    [LoggerMessage(13, LogLevel.Information, "Calls in flight are broken off: {Reason}")]
    public static partial void DrainEnded(ILogger logger, string reason);

    [LoggerMessage(14, LogLevel.Information, "The consuming of {Queue} was interrupted, and goes on when it can: {Reason}")]
    public static partial void ConsumerInterrupted(ILogger logger, string queue, string reason);

    [LoggerMessage(15, LogLevel.Warning, "A message of {Queue} could not be settled, and will come again: {Reason}")]
    public static partial void SettlingFailed(ILogger logger, string queue, string reason);

    [LoggerMessage(16, LogLevel.Information, "A message of {Queue} stays in hand until the broker takes what became of it: {Reason}")]
    public static partial void SettlingWaits(ILogger logger, string queue, string reason);

    [LoggerMessage(
        17, LogLevel.Warning, "Queues of {Queue} were deleted at the broker, with what was in them; they are declared again: {Names}")]
    public static partial void QueueMadeAgain(ILogger logger, string queue, string names);
}
