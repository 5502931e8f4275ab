namespace Fan.ZooKeeper.Client;

/// <summary>One break of a connection, shared by the requests that were in flight on it. Safe from any thread.</summary>
/// <param name="reason">Why it broke.</param>
/// <param name="sessionId">Whose connection it was.</param>
/// <param name="lastZxid">The last transaction that the session had seen. Whatever the requests in flight did came after it.</param>
internal sealed class ConnectionLoss(Exception reason, long sessionId, long lastZxid)
{
    private readonly HashSet<string> _claimed = new(StringComparer.Ordinal);

    public Exception Reason { get; } = reason;

    public long SessionId { get; } = sessionId;

    public long LastZxid { get; } = lastZxid;

    /// <summary>
    /// The last transaction before the session went on: whatever the requests in flight did came before it. 0 until then.
    /// </summary>
    public long ResumedZxid { get; set; }

    /// <summary>Takes a node that was found afterwards for one of the requests; false where another one has it.</summary>
    public bool Claim(string path)
    {
        lock (_claimed) return _claimed.Add(path);
    }
}
