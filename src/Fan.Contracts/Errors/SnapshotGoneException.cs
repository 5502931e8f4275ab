namespace Fan;

/// <summary>
/// A call tree reads a snapshot of the system that can't be gone by any more: too many changes were made while it ran, or what takes the
/// calls in it has no endpoint, and a later commit leads them elsewhere. Call again. Wire code <c>snapshot_gone</c>.
/// </summary>
public sealed class SnapshotGoneException(long snapshot, long newest, string? message = null)
    : FanException(
        ErrorCodes.SnapshotGone,
        message
            ?? $"The call began when commit {snapshot} was the newest, and an application on its way, which is at commit {newest}, " +
                "can't go back that far; call again.")
{
    /// <summary>The number of the snapshot that the call tree reads.</summary>
    public long Snapshot { get; } = snapshot;

    /// <summary>The newest snapshot of the application that said so.</summary>
    public long Newest { get; } = newest;

    /// <summary>
    /// Whether it was found here and nothing of the call was sent, so that its caller may begin again where its tree began with it.
    /// </summary>
    internal bool IsUnsent { get; init; }
}
