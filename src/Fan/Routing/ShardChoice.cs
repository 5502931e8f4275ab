using Fan.Discovery;
using Fan.Sharding;
using Fan.Tree;

namespace Fan.Routing;

/// <summary>The endpoints of each shard's owner. Immutable.</summary>
internal sealed class ShardChoice
{
    private readonly ShardAssignment? _assignment;
    private readonly Dictionary<string, EndpointGroups> _byWorker = new(StringComparer.Ordinal);

    public ShardChoice(EndpointSet set, RouteEntry? entry, EndpointGroups[] versions, TransportChoice transports)
    {
        _assignment = ShardAssignment.Of(set, entry);
        foreach (var worker in versions.SelectMany(version => version.All.Select(endpoint => (version.Version, Endpoint: endpoint)))
            .Where(found => found.Endpoint.Description.Properties.ContainsKey(ShardOffer.WorkerProperty))
            .GroupBy(found => found.Endpoint.Description.Properties[ShardOffer.WorkerProperty], StringComparer.Ordinal))
        {
            _byWorker[worker.Key] = new EndpointGroups(
                worker.First().Version,
                [.. worker.GroupBy(found => transports.RankOf(found.Endpoint.Description))
                    .OrderBy(rank => rank.Key)
                    .Select(rank => rank.Select(found => found.Endpoint).ToArray())]);
        }
    }

    /// <summary>Whether it can be said who owns which shard.</summary>
    public bool IsKnown => _assignment is not null;

    /// <summary>
    /// The endpoints of the worker that is to own a call's shard; null where nobody does, or none of its endpoints may be called.
    /// </summary>
    public EndpointGroups? OwnerOf(string? keys) =>
        _assignment?.OwnerOf(_assignment.Plan.ShardOf(keys)) is { } worker ? _byWorker.GetValueOrDefault(worker) : null;
}
