using Microsoft.Extensions.Logging;

namespace Fan.Queues;

internal static partial class QueueLog
{
    [LoggerMessage(
        60, LogLevel.Warning, "{Method} failed in attempt {Attempt} (message {MessageId}); the next one follows in {Delay}: {Reason}")]
    public static partial void Retrying(ILogger logger, string method, int attempt, string messageId, TimeSpan delay, string reason);

    [LoggerMessage(61, LogLevel.Error, "{Method} is dead after {Attempts} attempts (message {MessageId}, {Reason}): {Detail}")]
    public static partial void Died(
        ILogger logger, Exception? error, string method, int attempts, string messageId, string reason, string? detail);

    [LoggerMessage(62, LogLevel.Information, "Consumes {Queue} over {Transports}")]
    public static partial void Consuming(ILogger logger, QueueName queue, string transports);

    [LoggerMessage(63, LogLevel.Warning, "{Queue} is not consumed for now: {Reason}")]
    public static partial void NotConsumed(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(64, LogLevel.Warning, "{Queue} is not registered for now: {Reason}")]
    public static partial void NotRegistered(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(
        65,
        LogLevel.Error,
        "{Count} pushes in the memory queue {Queue} were not handled within the drain time and are lost; " +
        "a queue transport would keep them")]
    public static partial void Lost(ILogger logger, QueueName queue, long count);

    [LoggerMessage(66, LogLevel.Warning, "The queues of {Service} are not followed for now, the last known ones stay: {Reason}")]
    public static partial void FollowInterrupted(ILogger logger, string service, string reason);

    [LoggerMessage(67, LogLevel.Warning, "Node {Path} is no valid queue and is ignored: {Reason}")]
    public static partial void BadRegistration(ILogger logger, string path, string reason);

    [LoggerMessage(58, LogLevel.Debug, "How many messages wait in {Queue} is not known for now: {Reason}")]
    public static partial void NotMeasured(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(
        68,
        LogLevel.Warning,
        "{Method} ignores its cancelled token: attempt {Attempt} of message {MessageId} of {Queue} still runs after {Elapsed}. " +
        "The attempt has failed, and the place is given to others; {Count} hang, and with {Most} nothing more is begun")]
    public static partial void HandlerHangs(
        ILogger logger, string method, QueueName queue, string messageId, int attempt, TimeSpan elapsed, int count, int most);

    [LoggerMessage(
        69,
        LogLevel.Information,
        "{Method} has ended at last: its attempt of message {MessageId} of {Queue}, which had failed by then, took {Elapsed} ({Status})")]
    public static partial void HandlerEndedLate(
        ILogger logger, string method, QueueName queue, string messageId, TimeSpan elapsed, string status);

    [LoggerMessage(
        59,
        LogLevel.Error,
        "Nothing more of {Queue} is begun here: {Count} handlers ignore their cancelled token. " +
        "It goes on when one of them ends; restart the process")]
    public static partial void HandlersHang(ILogger logger, QueueName queue, int count);
}
