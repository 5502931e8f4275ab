namespace Fan.ZooKeeper.Client;

/// <summary>Whether a session can be relied upon.</summary>
internal enum ClientState
{
    /// <summary>Not opened yet.</summary>
    None,

    /// <summary>A server answers.</summary>
    Connected,

    /// <summary>No server answers; whether the session lives is unknown.</summary>
    Disconnected,

    /// <summary>The session is gone with its ephemeral nodes; a new one is on its way.</summary>
    Expired,

    /// <summary>The client was disposed.</summary>
    Closed,
}
