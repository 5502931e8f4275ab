using Microsoft.Extensions.Logging;

namespace Fan.Coordination;

internal static partial class StoreLog
{
    [LoggerMessage(23, LogLevel.Warning, "The store {Store} can't be opened yet: {Reason}")]
    public static partial void StoreNotOpen(ILogger logger, string store, string reason);

    [LoggerMessage(24, LogLevel.Error, "The store {Store} can't be opened")]
    public static partial void StoreFailed(ILogger logger, Exception error, string store);

    [LoggerMessage(34, LogLevel.Warning, "Looking after {What} is interrupted, what was last known stays: {Reason}")]
    public static partial void TaskInterrupted(ILogger logger, string what, string reason);

    [LoggerMessage(35, LogLevel.Error, "Looking after {What} failed and begins anew")]
    public static partial void TaskFailed(ILogger logger, Exception error, string what);
}
