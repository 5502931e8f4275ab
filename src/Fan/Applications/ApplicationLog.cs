using Microsoft.Extensions.Logging;

namespace Fan.Applications;

internal static partial class ApplicationLog
{
    [LoggerMessage(40, LogLevel.Warning, "Started, but not everything is registered yet: {Obstacles}")]
    public static partial void StartedUnregistered(ILogger logger, string obstacles);

    [LoggerMessage(
        46, LogLevel.Information, "Not ready any more, and out of the store; calls that still come are served for {Seconds:0.#} s")]
    public static partial void StillServing(ILogger logger, double seconds);

    [LoggerMessage(42, LogLevel.Information, "Uses the store {Store}")]
    public static partial void UsesStore(ILogger logger, string store);

    [LoggerMessage(
        43,
        LogLevel.Warning,
        "No store is named and none has a default, so this application is alone in its own memory: it finds no other process, " +
        "and none finds it. Name a store with Fan:Store or FAN_STORE, or add the package of one, e.g. AddSqliteStore()")]
    public static partial void IsAlone(ILogger logger);

    [LoggerMessage(44, LogLevel.Information, "Serves over {Transport} at {Address}: {Services}")]
    public static partial void Serves(ILogger logger, string transport, string address, string services);

    [LoggerMessage(45, LogLevel.Debug, "The application can't start")]
    public static partial void NotStarted(ILogger logger, Exception error);

    [LoggerMessage(
        41,
        LogLevel.Information,
        "The types of '{Service}' take {Bytes} bytes, more than the {Most} that an endpoint publishes: " +
        "'fan diff' can't compare their members")]
    public static partial void TypesLeftOut(ILogger logger, string service, int bytes, int most);

    [LoggerMessage(
        49,
        LogLevel.Warning,
        "DrainDelay ({Delay}) is part of DrainTimeout ({Timeout}) and leaves nothing of it: " +
        "calls and pushes in hand will break off when the application stops. Raise DrainTimeout by as much as they need")]
    public static partial void NoTimeBesideDelay(ILogger logger, TimeSpan delay, TimeSpan timeout);
}
