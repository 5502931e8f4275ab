using System.Globalization;
using Fan.Discovery;
using Fan.Routing;
using Semver;

namespace Fan.Sharding;

/// <summary>Who is to own each shard of a service, as follows from who lives and what the tree says. Everybody who knows the same comes to the same. Immutable.</summary>
internal sealed class ShardAssignment
{
    /// <summary>The properties of an endpoint that say it.</summary>
    public const string WorkerProperty = "worker";
    public const string ShardsProperty = "shards";
    public const string CapacityProperty = "capacity";

    private readonly string?[] _owners;

    private ShardAssignment(ShardPlan plan, string?[] owners) => (Plan, _owners) = (plan, owners);

    public ShardPlan Plan { get; }

    /// <summary>The worker that is to own a shard; null where nobody can.</summary>
    public string? OwnerOf(int shard) => _owners[shard];

    /// <summary>The assignment; null where the service is not sharded, or nobody serves it.</summary>
    public static ShardAssignment? Of(EndpointSet set, RouteEntry? entry)
    {
        ShardPlan? plan = null;
        SemVersion? newest = null;
        var offers = new List<(ShardPlan Plan, string Worker, int Capacity)>();
        foreach (var endpoint in set.All)
        {
            var properties = endpoint.Description.Properties;
            if (!properties.TryGetValue(WorkerProperty, out var worker) || ShardPlan.TryParse(properties.GetValueOrDefault(ShardsProperty)) is not { } offered) continue;
            if (!ServiceVersion.TryParse(endpoint.Version, out var version) || !IsActive(version, entry)) continue;
            // Of two plans the newer version's counts, and of one version's the larger one: everybody must come to the same.
            var order = newest is null ? 1 : SemVersion.ComparePrecedence(version, newest);
            if (order > 0 || (order == 0 && Compare(offered, plan!) > 0)) (plan, newest) = (offered, version);
            offers.Add((offered, worker, int.TryParse(properties.GetValueOrDefault(CapacityProperty), NumberStyles.None, CultureInfo.InvariantCulture, out var capacity) && capacity > 0 ? capacity : 100));
        }

        if (plan is null) return null;
        // Who divides otherwise does not know these shards.
        var workers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var offer in offers.Where(offer => offer.Plan.Text == plan.Text)) workers[offer.Worker] = offer.Capacity;
        var owners = new string?[plan.Count];
        for (var shard = 0; shard < owners.Length; shard++)
        {
            owners[shard] = entry is not null && entry.Assigned.TryGetValue(shard, out var named) && workers.ContainsKey(named) ? named : Highest(workers, shard);
        }

        return new ShardAssignment(entry is null ? plan : plan.With(entry.Keys), owners);
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

    private static int Compare(ShardPlan left, ShardPlan right) => left.Count != right.Count ? left.Count.CompareTo(right.Count) : string.CompareOrdinal(left.Text, right.Text);

    private static bool IsActive(SemVersion version, RouteEntry? entry) =>
        entry is null || entry.Versions.IsEmpty || entry.Versions.Any(active => active.Weight > 0 && SemVersion.ComparePrecedence(active.Version, version) == 0);
}
