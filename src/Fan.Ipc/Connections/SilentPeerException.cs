namespace Fan.Ipc.Connections;

/// <summary>The connection was given up, as the peer gives no sign of itself.</summary>
internal sealed class SilentPeerException(string message) : IOException(message);
