using Microsoft.Extensions.Logging;

namespace Fan.Messaging;

internal static partial class MessagingLog
{
    [LoggerMessage(
        45, LogLevel.Information, "'{Method}' goes as JSON on every route, as the compact form would mean something else: {Difference}")]
    public static partial void GoesAsJson(ILogger logger, string method, string difference);
}
