namespace Fan;

/// <summary>A call tree reads a snapshot of the system that an application on its way does not have any more: too many changes were made while it ran. Call again. Wire code <c>snapshot_gone</c>.</summary>
public sealed class SnapshotGoneException(long snapshot, long newest)
    : FanException(ErrorCodes.SnapshotGone, $"The call began when commit {snapshot} was the newest, and an application on its way, which is at commit {newest}, can't go back that far; call again.")
{
    /// <summary>The number of the snapshot that the call tree reads.</summary>
    public long Snapshot { get; } = snapshot;

    /// <summary>The newest snapshot of the application that said so.</summary>
    public long Newest { get; } = newest;
}
