using Fan.Coordination;

namespace Fan.Commits;

/// <summary>
/// Whether this application is known to belong to the system at this moment: its session is held, its record stands in the store
/// under that session, and it has read the tree since. Strict services are served only while it is so. Safe from any thread.
/// </summary>
internal sealed class StrictLease(string application, StoreConnection connection, TreeFollower tree)
{
    // Of the lease: what is left for the time between the look at it and the work.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);

    // The lease first: one that is of a new session already says nothing of what was read in the old one.
    public bool IsHeld => connection.LeaseRemaining > Margin && tree.Session is not 0 and var session && session == connection.SessionId;

    /// <exception cref="LeaseLostException">It is not held.</exception>
    public void Require(string service)
    {
        if (!IsHeld) throw new LeaseLostException(service, Reason(service));
    }

    public string Reason(string service) =>
        $"'{service}' is strict, and '{application}' can't know whether its session with the store is held; nothing was done. " +
        $"{connection.Trouble ?? "It serves again when it has read the tree in a session."}";
}
