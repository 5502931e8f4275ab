using System.Text;
using Fan.Coordination;

namespace Fan.Sharding;

/// <summary>
/// The plan by which a service is divided, as a node that has the locks below it. There is one at a time, so that nobody owns a key by one
/// plan while somebody does by another.
/// </summary>
internal static class ShardPlanNode
{
    /// <summary>Makes this plan the one in force; false while workers still own shards by another one.</summary>
    public static async ValueTask<bool> EnterAsync(
        ICoordinationStore store, string service, ShardPlan plan, CancellationToken cancellationToken)
    {
        var own = ShardPath.OfPlan(service, plan);
        if (await store.GetAsync(own, cancellationToken).ConfigureAwait(false) is not null) return true;
        var root = ShardPath.OfService(service);
        // Set by whoever changes the plan: of two who do so at a time, one has read what is not so any more.
        if (await store.GetAsync(root, cancellationToken).ConfigureAwait(false) is not { } node) return false;
        var others = await store.GetChildrenAsync(root, cancellationToken).ConfigureAwait(false) ?? [];
        try
        {
            await store.CommitAsync(
                [
                    new StoreOperation.Set(root, Encoding.UTF8.GetBytes(plan.Text), node.Version),
                    .. others.Select(other => new StoreOperation.Delete(StorePath.Join(root, other))),
                    new StoreOperation.Create(own),
                ],
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            // Locks of the other plan are still held, or somebody else was faster; the watch tells of either.
            return false;
        }
    }
}
