using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Serving;

internal static partial class WireLog
{
    [LoggerMessage(1, LogLevel.Warning, "The {Transport} route could not accept a connection: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string transport, string reason);

    [LoggerMessage(2, LogLevel.Information, "A connection on the {Transport} route was not opened: {Reason}")]
    public static partial void OpenFailed(ILogger logger, string transport, string reason);

    [LoggerMessage(3, LogLevel.Debug, "The connection of {Peer} on the {Transport} route ended: {Reason}")]
    public static partial void Ended(ILogger logger, string transport, string peer, string? reason);

    [LoggerMessage(5, LogLevel.Warning, "The connection of {Peer} on the {Transport} route was given up: {Reason}")]
    public static partial void GivenUp(ILogger logger, string transport, string peer, string reason);

    [LoggerMessage(4, LogLevel.Information, "Removed {Path}, which a process that has gone left behind")]
    public static partial void RemovedStale(ILogger logger, string path);

    [LoggerMessage(7, LogLevel.Warning, "The folder {Folder} is not used for sockets: {Reason}")]
    public static partial void FolderNotUsed(ILogger logger, string folder, string reason);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "The socket {Path} has gone, so that new callers do not reach the application over ipc; " +
        "it can't be made anew at the moment: {Reason}")]
    public static partial void SocketGone(ILogger logger, string path, string reason);

    [LoggerMessage(9, LogLevel.Warning, "The socket {Path} had been removed, and was made anew")]
    public static partial void SocketMadeAnew(ILogger logger, string path);

    [LoggerMessage(6, LogLevel.Information, "{Path} could not be removed: {Reason}")]
    public static partial void NotRemoved(ILogger logger, string path, string reason);
}
