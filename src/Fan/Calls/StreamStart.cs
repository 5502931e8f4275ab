using System.Diagnostics;
using Fan.Commits;
using Fan.Context;

namespace Fan.Calls;

/// <summary>What a call whose reply is a sequence begins with.</summary>
/// <param name="Context">The caller's context.</param>
/// <param name="ShardKeys">Its shard keys as they travel; null where it has none.</param>
/// <param name="Activity">Its span; null where nobody listens.</param>
/// <param name="Recorded">Its span in the recorder of the context.</param>
/// <param name="Left">The time for it; null for no limit.</param>
/// <param name="Deadline">The same, as a moment.</param>
/// <param name="Caller">The caller's own cancellation.</param>
internal sealed record StreamStart(
    CallContext Context, string? ShardKeys, Activity? Activity, int Recorded, TimeSpan? Left, Deadline Deadline, CancellationToken Caller);

/// <summary>
/// The tree that a sequence belongs to, which may begin again before anything was sent. By one flow of control at a time.
/// </summary>
internal sealed class TreeHolder
{
    private TreeScope _scope;

    public async ValueTask<TreeScope> BeginAsync(
        CallTrees trees, CallContext context, string service, CancellationToken cancellationToken) =>
        _scope = await trees.BeginAsync(context, service, cancellationToken).ConfigureAwait(false);

    /// <summary>Ends the tree if it began here; a second time does nothing.</summary>
    public void End()
    {
        _scope.Dispose();
        _scope = default;
    }
}
