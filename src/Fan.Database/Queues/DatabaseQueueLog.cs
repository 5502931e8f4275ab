using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Database.Queues;

/// <summary>What consumers say.</summary>
internal static partial class DatabaseQueueLog
{
    [LoggerMessage(1, LogLevel.Warning, "Queue '{Queue}' gives no messages, and is tried again. {Reason}")]
    public static partial void Interrupted(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(2, LogLevel.Information, "Queue '{Queue}' gives messages again")]
    public static partial void Resumed(ILogger logger, QueueName queue);

    [LoggerMessage(3, LogLevel.Warning, "Queue '{Queue}' was gone from the database, with what was in it, and is declared again")]
    public static partial void DeclaredAgain(ILogger logger, QueueName queue);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "Queue '{Queue}': the database refuses what became of message {Message} ({Outcome}); the others go on, " +
        "and it is tried again. {Reason}")]
    public static partial void NotSettled(ILogger logger, QueueName queue, string message, QueueOutcome outcome, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Queue '{Queue}': the database refuses what time does to its messages; the others go on. {Reason}")]
    public static partial void NotSwept(ILogger logger, QueueName queue, string reason);
}
