namespace Fan.Coordination;

/// <summary>Whether a session with the store can be relied upon.</summary>
public enum SessionState
{
    /// <summary>Not opened yet.</summary>
    None,

    /// <summary>The session lives and the store answers.</summary>
    Connected,

    /// <summary>The store does not answer; whether the session still lives is unknown.</summary>
    Disconnected,

    /// <summary>The session is gone and its ephemeral nodes with it; a new one is on its way.</summary>
    Expired,

    /// <summary>The store was disposed.</summary>
    Closed,
}
