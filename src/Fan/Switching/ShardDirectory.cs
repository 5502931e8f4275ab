using System.Collections.Immutable;
using System.Text;
using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Routing;
using Fan.Sharding;

namespace Fan.Switching;

/// <summary>What the store says of shards.</summary>
internal sealed class ShardDirectory(ICoordinationStore store)
{
    public async Task<IReadOnlyList<ShardState>> ListAsync(string service, CancellationToken cancellationToken)
    {
        await store.SyncAsync(cancellationToken).ConfigureAwait(false);
        var (assignment, entry, _) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        var states = new List<ShardState>();
        for (var shard = 0; shard < (assignment?.Plan.Count ?? 0); shard++)
        {
            var node = await store.GetAsync(ShardPath.OfShard(service, assignment!.Plan, shard), cancellationToken).ConfigureAwait(false);
            states.Add(new ShardState(shard, assignment.OwnerOf(shard), node is null ? null : Encoding.UTF8.GetString(node.Data.Span), node?.CreatedTransaction ?? 0, entry?.Assigned.ContainsKey(shard) == true));
        }

        return states;
    }

    /// <summary>Sees to it that the owners may be named; what speaks against it where that is overridden.</summary>
    /// <exception cref="CommitRefusedException">A worker does not live, or there is no such shard.</exception>
    public async Task<IReadOnlyList<string>> RequireAsync(string service, IReadOnlyDictionary<int, string?> owners, bool force, CancellationToken cancellationToken)
    {
        var (assignment, _, workers) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        if (assignment is null) throw new CommitRefusedException([$"'{service}' has no shards, or nobody serves it."]);
        var refusals = owners.Keys.Where(shard => shard < 0 || shard >= assignment.Plan.Count).Select(shard => $"'{service}' has no shard {shard}; it has 0 to {assignment.Plan.Count - 1}.").ToList();
        if (refusals.Count > 0) throw new CommitRefusedException(refusals);
        refusals.AddRange(owners.Values.Where(owner => owner is not null && !workers.Contains(owner)).Distinct().Select(owner => $"No worker '{owner}' serves '{service}'; there is {string.Join(", ", workers.Order(StringComparer.Ordinal))}."));
        return refusals.Count == 0 || force ? refusals : throw new CommitRefusedException(refusals);
    }

    /// <summary>Sees to it that keys may be put into these shards; how many shards there are.</summary>
    /// <exception cref="CommitRefusedException">Its keys are not listed, or there is no such shard.</exception>
    public async Task<int> RequireListedAsync(string service, IEnumerable<int?> shards, CancellationToken cancellationToken)
    {
        var (assignment, _, _) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
        if (assignment is null) throw new CommitRefusedException([$"'{service}' has no shards, or nobody serves it."], canBeForced: false);
        if (!assignment.Plan.IsDirectory) throw new CommitRefusedException([$"The keys of '{service}' divide by '{assignment.Plan.Text}'; only those of a service with ShardByDirectory are put into shards."], canBeForced: false);
        var wrong = shards.OfType<int>().Where(shard => shard < 0 || shard >= assignment.Plan.Count).Distinct().Select(shard => $"'{service}' has no shard {shard}; it has 0 to {assignment.Plan.Count - 1}.").ToList();
        return wrong.Count == 0 ? assignment.Plan.Count : throw new CommitRefusedException(wrong, canBeForced: false);
    }

    public async Task UntilHeldAsync(string service, IReadOnlyDictionary<int, string?> owners, CancellationToken cancellationToken)
    {
        await foreach (var _ in store.WatchAsync(ShardPath.OfService(service), cancellationToken).ConfigureAwait(false))
        {
            var (assignment, _, _) = await ReadAsync(service, cancellationToken).ConfigureAwait(false);
            if (assignment is null) continue;
            var held = true;
            foreach (var shard in owners.Keys)
            {
                var node = await store.GetAsync(ShardPath.OfShard(service, assignment.Plan, shard), cancellationToken).ConfigureAwait(false);
                held &= node is not null && Encoding.UTF8.GetString(node.Data.Span) == assignment.OwnerOf(shard);
            }

            if (held) return;
        }
    }

    private async Task<(ShardAssignment? Assignment, RouteEntry? Entry, HashSet<string> Workers)> ReadAsync(string service, CancellationToken cancellationToken)
    {
        var endpoints = ImmutableDictionary.CreateBuilder<string, Endpoint>(StringComparer.Ordinal);
        foreach (var version in await store.GetChildrenAsync(EndpointPath.Service(service), cancellationToken).ConfigureAwait(false) ?? [])
        {
            if (!ServiceVersion.TryParse(version, out _)) continue;
            foreach (var name in await store.GetChildrenAsync(EndpointPath.Version(service, version), cancellationToken).ConfigureAwait(false) ?? [])
            {
                var path = StorePath.Join(EndpointPath.Version(service, version), name);
                if (name == EndpointPath.Barrier || await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { } node) continue;
                try
                {
                    endpoints[path] = new Endpoint(path, node.CreatedTransaction, service, version, EndpointDescription.Parse(node.Data), TimeProvider.System);
                }
                catch (FormatException)
                {
                    // No endpoint of ours, so no owner of shards.
                }
            }
        }

        var json = await store.GetAsync(CommitPath.OfValue(CommitPath.OfRoute(service)), cancellationToken).ConfigureAwait(false);
        var entry = json is { Data.IsEmpty: false } ? RouteEntry.Parse(Encoding.UTF8.GetString(json.Data.Span)) : null;
        var set = new EndpointSet(endpoints.ToImmutable());
        return (ShardAssignment.Of(set, entry), entry,
            set.All.Select(endpoint => endpoint.Description.Properties.GetValueOrDefault(ShardAssignment.WorkerProperty)).OfType<string>().ToHashSet(StringComparer.Ordinal));
    }
}
