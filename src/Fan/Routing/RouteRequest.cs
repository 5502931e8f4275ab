using Fan.Tree;

namespace Fan.Routing;

/// <summary>What of a call decides where it goes, besides its service and range.</summary>
/// <param name="Snapshot">The snapshot that its call tree reads.</param>
/// <param name="Draw">The call tree's draw.</param>
/// <param name="Context">The caller's context.</param>
/// <param name="Keys">The call's shard keys as they travel; null where it has none.</param>
/// <param name="History">Has the newest snapshot: a shard has one owner at a time, whatever an older tree reads.</param>
/// <param name="Caller">The caller's own cancellation, which is not the end of the call's time.</param>
internal readonly record struct RouteRequest(
    TreeSnapshot Snapshot, uint Draw, CallContext Context, string? Keys, SnapshotHistory History, CancellationToken Caller = default)
{
    /// <summary>Whether the tree began with the call, which was sent nowhere yet: then it may go over to the newest snapshot.</summary>
    public bool MayMove { get; init; }

    /// <summary>Whether the call may have been begun somewhere.</summary>
    public bool WasSent { get; init; }

    /// <summary>Whether something was committed since.</summary>
    public bool IsBehind => !ReferenceEquals(History.Current, Snapshot);
}
