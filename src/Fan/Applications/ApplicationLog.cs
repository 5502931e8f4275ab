using Microsoft.Extensions.Logging;

namespace Fan.Applications;

internal static partial class ApplicationLog
{
    [LoggerMessage(40, LogLevel.Warning, "Started, but not everything is registered yet: {Obstacles}")]
    public static partial void StartedUnregistered(ILogger logger, string obstacles);

    [LoggerMessage(42, LogLevel.Information, "Not ready any more, and out of the store; calls that still come are served for {Seconds:0.#} s")]
    public static partial void StillServing(ILogger logger, double seconds);

    [LoggerMessage(41, LogLevel.Information, "The types of '{Service}' take {Bytes} bytes, more than the {Most} that an endpoint publishes: 'fan diff' can't compare their members")]
    public static partial void TypesLeftOut(ILogger logger, string service, int bytes, int most);
}
