using Microsoft.Extensions.Logging;

namespace Fan.Database.Outbox;

/// <summary>What the relay says.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The outbox for {Transport} waits: {Problem}")]
    public static partial void Waits(ILogger logger, string transport, string problem);

    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Warning,
        Message = "Push {Push} from the outbox was not accepted by {Transport} (attempt {Attempt}), and is sent again: {Problem}")]
    public static partial void Retries(ILogger logger, string push, string transport, int attempt, string problem);

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Error,
        Message = "Push {Push} from the outbox can't be sent over {Transport} and is a dead letter of the outbox: {Problem}")]
    public static partial void GivesUp(ILogger logger, string push, string transport, string problem);
}
