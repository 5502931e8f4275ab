using Microsoft.Extensions.Logging;

namespace Fan.Discovery;

internal static partial class DiscoveryLog
{
    [LoggerMessage(20, LogLevel.Warning, "Endpoints of {Service} are not followed for now, the last known ones stay: {Reason}")]
    public static partial void FollowInterrupted(ILogger logger, string service, string reason);

    [LoggerMessage(21, LogLevel.Error, "Following the endpoints of {Service} failed and begins anew")]
    public static partial void FollowFailed(ILogger logger, Exception error, string service);

    [LoggerMessage(22, LogLevel.Warning, "Node {Path} is no valid endpoint and is ignored: {Reason}")]
    public static partial void BadEndpoint(ILogger logger, string path, string reason);

    [LoggerMessage(
        36,
        LogLevel.Information,
        "{Path} and what stands in it is passed over: its name is no version; write SemVer, as in 1.2.0, or one to three numbers")]
    public static partial void NoVersion(ILogger logger, string path);

    [LoggerMessage(25, LogLevel.Information, "Registered {Service} {Version} as {Path}")]
    public static partial void Registered(ILogger logger, string service, string version, string path);

    [LoggerMessage(26, LogLevel.Information, "The registration {Path} is gone; registering again")]
    public static partial void RegistrationLost(ILogger logger, string path);

    [LoggerMessage(27, LogLevel.Warning, "{Service} {Version} waits: a barrier stands at {Path}")]
    public static partial void BarrierStands(ILogger logger, string service, string version, string path);

    [LoggerMessage(28, LogLevel.Warning, "{Service} {Version} is not registered for now: {Reason}")]
    public static partial void RegistrationInterrupted(ILogger logger, string service, string version, string reason);

    [LoggerMessage(29, LogLevel.Warning, "{Path} could not be taken out of the store; it goes with the session: {Reason}")]
    public static partial void DeregistrationFailed(ILogger logger, string path, string reason);

    [LoggerMessage(30, LogLevel.Error, "Registering {Service} {Version} failed and begins anew")]
    public static partial void RegistrationFailed(ILogger logger, Exception error, string service, string version);

    [LoggerMessage(
        31,
        LogLevel.Warning,
        "micro-fan's callers can't see version {Version} of {Service}, and fail as it has no other: " +
        "register a version such as 1.2.3 beside it")]
    public static partial void OnlyHiddenVersions(ILogger logger, string service, string version);

    [LoggerMessage(32, LogLevel.Information, "Took {Path} away: its last instance is gone")]
    public static partial void EmptyVersionDeleted(ILogger logger, string path);

    [LoggerMessage(
        33,
        LogLevel.Warning,
        "{Path} has no instance any more and could not be taken away; until it goes, micro-fan's callers may choose it: {Reason}")]
    public static partial void EmptyVersionStays(ILogger logger, string path, string reason);
}
