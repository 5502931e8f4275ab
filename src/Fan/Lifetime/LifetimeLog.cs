using Microsoft.Extensions.Logging;

namespace Fan.Lifetime;

internal static partial class LifetimeLog
{
    [LoggerMessage(
        47,
        LogLevel.Warning,
        "The stop goes on without the end of a step: {Step} has not ended within the DrainTimeout of {Seconds:0.#} s that all steps share")]
    public static partial void StopGoesOn(ILogger logger, string step, double seconds);

    [LoggerMessage(48, LogLevel.Debug, "A step of the stop failed after nobody waited for it any more: {Step}")]
    public static partial void StopFailedLate(ILogger logger, Exception error, string step);
}
