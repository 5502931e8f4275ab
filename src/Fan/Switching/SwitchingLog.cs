using Microsoft.Extensions.Logging;

namespace Fan.Switching;

internal static partial class SwitchingLog
{
    [LoggerMessage(
        90,
        LogLevel.Information,
        "No call comes to {Service} {Version} any more: commit {Commit} gave its calls to others, and all from before have ended")]
    public static partial void Retired(ILogger logger, string service, string version, long commit);

    [LoggerMessage(91, LogLevel.Information, "Calls come to {Service} {Version} again, by commit {Commit}")]
    public static partial void TakesCallsAgain(ILogger logger, string service, string version, long commit);

    [LoggerMessage(92, LogLevel.Information, "The application stops, as no calls come to any service of it any more (StopAfterRetired)")]
    public static partial void StopsRetired(ILogger logger);
}
