using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Fan.Commits;
using Fan.Coordination;
using Microsoft.Extensions.Logging;

namespace Fan.Sharding;

internal sealed partial class ShardOwner
{
    private async ValueTask ReconcileAsync(
        ICoordinationStore store, int shard, ShardPlan plan, bool isMine, bool mayTake, CancellationToken cancellationToken)
    {
        OwnedShard? owned;
        lock (_gate) owned = _owned.GetValueOrDefault(shard);
        if (owned is null)
        {
            // An attempt of which nothing was heard is looked for by the plan that it was made with.
            if (_doubtful.TryGetValue(shard, out var tried))
            {
                await TakeAsync(store, shard, tried, isMine && mayTake && tried.Id == plan.Id, cancellationToken).ConfigureAwait(false);
                if (tried.Id != plan.Id) Wake();
            }
            else if (isMine && mayTake)
            {
                await TakeAsync(store, shard, plan, isMine: true, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        if (isMine && owned.Plan.Id == plan.Id && !owned.IsIdle) return;
        // A shard that is given up is given up to its end, so that who waits for its lock gets it.
        if (owned.Leave() && !owned.IsIdle) LoseAfterDrain(owned);
        if (!owned.IsIdle) return;
        await ReleaseAsync(store, owned, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_owned.GetValueOrDefault(shard) == owned) _owned.Remove(shard);
        }

        if (isMine) Wake();
    }

    private async ValueTask TakeAsync(ICoordinationStore store, int shard, ShardPlan plan, bool isMine, CancellationToken cancellationToken)
    {
        var path = ShardPath.OfShard(_service, plan, shard);
        // Asked for first: a lock that is held says so when it goes.
        if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is { } held)
        {
            var isNamesake = Encoding.UTF8.GetString(held.Data.Span) == _worker;
            // One that an interrupted attempt of this session took.
            if (held.EphemeralOwner == store.SessionId && isNamesake) Own(store, shard, plan, path, held);
            else NoteNamesake(shard, isNamesake);
            _doubtful.Remove(shard);
            if (!isMine) Wake();
            return;
        }

        NoteNamesake(shard, isHeld: false);
        _doubtful.Remove(shard);
        if (!isMine) return;
        // Where nothing is heard of it the lock is there, perhaps, and must not stay when another is to own the shard.
        _doubtful[shard] = plan;
        try
        {
            await store.CommitAsync(
                [new StoreOperation.Create(path, Encoding.UTF8.GetBytes(_worker), NodeKind.Ephemeral)],
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreConflictException)
        {
            // Somebody else was faster, or the parent has gone; the watch tells.
            _doubtful.Remove(shard);
            return;
        }

        if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is { } taken && taken.EphemeralOwner == store.SessionId)
        {
            Own(store, shard, plan, path, taken);
        }
        else
        {
            Wake();
        }

        _doubtful.Remove(shard);
    }

    private void Own(ICoordinationStore store, int shard, ShardPlan plan, string path, StoreNode node)
    {
        lock (_gate)
        {
            // The session may have gone since.
            if (node.EphemeralOwner != store.SessionId) return;
            _owned[shard] = new OwnedShard(plan, path, node.CreatedTransaction, node.EphemeralOwner, Wake);
        }

        ShardLog.Taken(_logger, _service, shard, node.CreatedTransaction);
    }

    private async ValueTask ReleaseAsync(ICoordinationStore store, OwnedShard owned, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(owned.Path, cancellationToken).ConfigureAwait(false) is not { } node
            || node.CreatedTransaction != owned.Token)
        {
            return;
        }

        try
        {
            // In the session that holds the lock, or not at all: after it the lock at this path is another owner's.
            if (await WitnessAsync(store, owned.Session, cancellationToken).ConfigureAwait(false) is not { } witness) return;
            await store.CommitAsync(
                [new StoreOperation.Check(witness), new StoreOperation.Delete(owned.Path, node.Version)],
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreConflictException)
        {
            // It went with an earlier session.
        }

        ShardLog.Released(_logger, _service, owned.Path);
    }

    // A node that exists as long as the session, and never again; null where the session has ended.
    private async ValueTask<string?> WitnessAsync(ICoordinationStore store, long session, CancellationToken cancellationToken)
    {
        if (_witness.Session == session) return _witness.Path;
        await store.CreateMissingAsync([CommitPath.Root, ShardPath.Owners], cancellationToken).ConfigureAwait(false);
        var create = new StoreOperation.Create(
            StorePath.Join(ShardPath.Owners, "owner_"), Encoding.UTF8.GetBytes(_worker), NodeKind.EphemeralSequential);
        var path = (await store.CommitAsync([create], cancellationToken).ConfigureAwait(false))[0].Path;
        if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { } node) return null;
        _witness = (node.EphemeralOwner, path);
        return node.EphemeralOwner == session ? path : null;
    }

    private void Drop(Func<OwnedShard, bool> isLost)
    {
        List<KeyValuePair<int, OwnedShard>> lost;
        lock (_gate)
        {
            lost = [.. _owned.Where(owned => isLost(owned.Value))];
            foreach (var (shard, _) in lost) _owned.Remove(shard);
        }

        if (lost.Count == 0) return;
        foreach (var (_, owned) in lost) owned.Lose();
        Tell();
    }

    // A sequence without an end would keep the shard from its new owner for ever.
    private void LoseAfterDrain(OwnedShard owned)
    {
        var timer = _clock.CreateTimer(static owned => ((OwnedShard)owned!).Lose(), owned, _drainTimeout, Timeout.InfiniteTimeSpan);
        owned.Lost.Register(static timer => ((ITimer)timer!).Dispose(), timer);
    }
}
