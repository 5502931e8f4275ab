using Microsoft.Extensions.Logging;

namespace Fan.Applications;

internal static partial class ApplicationLog
{
    [LoggerMessage(40, LogLevel.Warning, "Started, but not everything is registered yet: {Obstacles}")]
    public static partial void StartedUnregistered(ILogger logger, string obstacles);
}
