using Fan.Discovery;
using Fan.Tree;
using Semver;

namespace Fan.Sharding;

/// <summary>
/// Who is to own each shard of a service, as follows from who lives and what the tree says: the table in docs/sharding.md, for callers,
/// workers and the tool alike. Everybody who knows the same comes to the same. Immutable.
/// </summary>
internal sealed class ShardAssignment
{
    private readonly string?[] _owners;

    private ShardAssignment(ShardPlan plan, string?[] owners) => (Plan, _owners) = (plan, owners);

    public ShardPlan Plan { get; }

    /// <summary>The worker that is to own a shard; null where nobody can.</summary>
    public string? OwnerOf(int shard) => _owners[shard];

    /// <summary>The assignment; null where the service is not sharded, or nobody serves it.</summary>
    public static ShardAssignment? Of(EndpointSet set, RouteEntry? entry)
    {
        var offers = ShardOffer.Of(set);
        if (offers.Count == 0) return null;
        var versions = new ShardVersions(offers, entry);
        if (versions.Plan is not { } plan) return null;

        // Who divides otherwise does not know these shards.
        var workers = versions.Groups.Select(group => Capacities(offers, plan, group)).ToList();
        var named = Capacities(offers, plan, versions.MayBeNamed);
        var owners = new string?[plan.Count];
        for (var shard = 0; shard < owners.Length; shard++)
        {
            owners[shard] = entry is not null && entry.Assigned.TryGetValue(shard, out var worker) && named.ContainsKey(worker) ? worker
                : workers[versions.GroupOf(shard)] is { Count: > 0 } own ? Highest(own, shard)
                : workers.Find(group => group.Count > 0) is { } others ? Highest(others, shard) : null;
        }

        return new ShardAssignment(entry is null ? plan : plan.With(entry.Keys), owners);
    }

    private static SortedDictionary<string, int> Capacities(IReadOnlyList<ShardOffer> offers, ShardPlan plan, Func<SemVersion, bool> isOf)
    {
        var workers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var offer in offers.Where(offer => offer.Plan.Text == plan.Text && isOf(offer.Version)))
        {
            workers[offer.Worker] = offer.Capacity;
        }

        return workers;
    }

    // Rendezvous hashing, weighted by capacity: a worker that comes or goes moves its own shards only.
    private static string? Highest(SortedDictionary<string, int> workers, int shard)
    {
        string? best = null;
        var most = double.NegativeInfinity;
        foreach (var (worker, capacity) in workers)
        {
            var draw = (ShardHash.Of(worker, ShardHash.Mix((uint)shard + 1)) + 1d) / (uint.MaxValue + 2d);
            var score = -capacity / Math.Log(draw);
            if (score <= most) continue;
            (best, most) = (worker, score);
        }

        return best;
    }
}
