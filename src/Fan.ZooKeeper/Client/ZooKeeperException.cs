namespace Fan.ZooKeeper.Client;

/// <summary>The base of what the client reports.</summary>
internal abstract class ZooKeeperException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A server refused the request; nothing was done.</summary>
/// <param name="code">Why.</param>
/// <param name="path">The node it was about.</param>
/// <param name="index">Of a multi, the operation that was refused; 0 otherwise.</param>
internal sealed class RefusedException(ErrorCode code, string path, int index = 0)
    : ZooKeeperException($"The request on '{path}' was refused: {code} ({(int)code}).")
{
    public ErrorCode Code { get; } = code;

    public string Path { get; } = path;

    public int Index { get; } = index;
}

/// <summary>There was no connection with any server for as long as the request may wait; it was not sent.</summary>
internal sealed class NotConnectedException(string message, Exception? inner = null) : ZooKeeperException(message, inner);

/// <summary>The connection broke after the request was sent and before its answer came: whether it was done is unknown.</summary>
internal sealed class ConnectionLossException(ConnectionLoss loss) : ZooKeeperException(loss.Reason.Message, loss.Reason)
{
    public ConnectionLoss Loss { get; } = loss;
}

/// <summary>A connection could not be made or was ended; the message says with whom and why.</summary>
internal sealed class ConnectionEndedException(string message, Exception? inner = null) : ZooKeeperException(message, inner);

/// <summary>There is no store at the chroot, and none may be made: no server would do better.</summary>
internal sealed class NoStoreException(string message) : ZooKeeperException(message);

/// <summary>A server does not know the session any more: it has expired.</summary>
internal sealed class SessionExpiredException() : ZooKeeperException("The session has expired.");

/// <summary>What a server sent is not what the protocol says.</summary>
internal sealed class MalformedReplyException(string message) : ZooKeeperException(message);

/// <summary>A request (nothing was sent then) or its reply is larger than what the servers or the client take.</summary>
internal sealed class PacketTooLargeException(string message, bool isRequest) : ZooKeeperException(message)
{
    /// <summary>Whether it is the request that is too large.</summary>
    public bool IsRequest { get; } = isRequest;
}
