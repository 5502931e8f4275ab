using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Redis.Queues;

internal static partial class RedisQueueLog
{
    [LoggerMessage(1, LogLevel.Warning, "Queue '{Queue}' gives no messages, and is tried again. {Reason}")]
    public static partial void Interrupted(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(2, LogLevel.Information, "Queue '{Queue}' gives messages again")]
    public static partial void Resumed(ILogger logger, QueueName queue);

    [LoggerMessage(3, LogLevel.Debug, "Queue '{Queue}': what is due or left could not be looked for. {Reason}")]
    public static partial void CareFailed(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(
        4, LogLevel.Warning, "Queue '{Queue}': message {Entry} was handled, but another consumer has it now; it may be handled twice")]
    public static partial void Late(ILogger logger, QueueName queue, string entry);

    [LoggerMessage(5, LogLevel.Warning, "Queue '{Queue}': what became of message {Entry} could not be told; it comes again. {Reason}")]
    public static partial void NotSettled(ILogger logger, QueueName queue, string entry, string reason);

    [LoggerMessage(
        9,
        LogLevel.Warning,
        "Queue '{Queue}': Redis refuses what became of message {Message} ({Outcome}); the others go on, and it is tried again. {Reason}")]
    public static partial void Refused(ILogger logger, QueueName queue, string message, QueueOutcome outcome, string reason);

    [LoggerMessage(10, LogLevel.Warning, "Queue '{Queue}' was gone from Redis, with what was in it, and is declared again")]
    public static partial void DeclaredAgain(ILogger logger, QueueName queue);

    [LoggerMessage(
        11, LogLevel.Warning, "Queue '{Queue}': message {Message} can't be worked on, and comes again when the lease is over. {Reason}")]
    public static partial void NotWorkedOn(ILogger logger, Exception error, QueueName queue, string message, string reason);

    [LoggerMessage(
        6, LogLevel.Warning, "Redis at {Where} keeps no append-only file (appendonly no): pushes that it accepted are lost when it ends")]
    public static partial void NotDurable(ILogger logger, string where);

    [LoggerMessage(
        7,
        LogLevel.Information,
        "Redis at {Where} writes to disk later than it accepts (appendfsync {Setting}): " +
        "the last second or two of pushes can be lost with it")]
    public static partial void LateToDisk(ILogger logger, string where, string setting);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "Redis at {Where} may delete messages when its memory is full (maxmemory-policy {Policy}): set it to noeviction")]
    public static partial void Evicts(ILogger logger, string where, string policy);
}
