using Microsoft.Extensions.Logging;

namespace Fan.ZooKeeper.Client;

internal static partial class ClientLog
{
    [LoggerMessage(400, LogLevel.Information, "Session 0x{Session:x} with {Server} is open, its time is {Timeout}")]
    public static partial void SessionOpened(ILogger logger, long session, string server, TimeSpan timeout);

    [LoggerMessage(401, LogLevel.Information, "Session 0x{Session:x} goes on with {Server}")]
    public static partial void SessionResumed(ILogger logger, long session, string server);

    [LoggerMessage(402, LogLevel.Warning, "Session 0x{Session:x} is without a server: {Reason}")]
    public static partial void ConnectionLost(ILogger logger, long session, string reason);

    [LoggerMessage(403, LogLevel.Warning, "Session 0x{Session:x} has expired; its ephemeral nodes are gone, and a new one is opened")]
    public static partial void SessionExpired(ILogger logger, long session);

    [LoggerMessage(404, LogLevel.Debug, "A server could not be used: {Reason}")]
    public static partial void ServerNotUsable(ILogger logger, string reason);

    [LoggerMessage(405, LogLevel.Error, "The session's owner failed")]
    public static partial void OwnerFailed(ILogger logger, Exception error);

    [LoggerMessage(
        407, LogLevel.Warning, "Certificates for ZooKeeper can't be read again, and those that were read last are used: {Reason}")]
    public static partial void CertificatesNotRead(ILogger logger, string reason);

    [LoggerMessage(
        408, LogLevel.Warning, "The store's node {Chroot} had been deleted; it was made again, and everything is registered anew")]
    public static partial void ChrootMade(ILogger logger, string chroot);

    [LoggerMessage(406, LogLevel.Warning, "The session could not be closed and ends by its time: {Reason}")]
    public static partial void CloseFailed(ILogger logger, string reason);
}
