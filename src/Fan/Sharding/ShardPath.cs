using System.Globalization;

namespace Fan.Sharding;

/// <summary>
/// Where the locks of shards stand in the store: <c>/fan/shards/{service}/{plan}/{shard}</c>, ephemeral nodes of who owns them. A
/// service has one plan at a time: another one can take its place when the last lock of it has gone.
/// </summary>
internal static class ShardPath
{
    public const string Root = "/fan/shards";

    /// <summary>Ephemeral nodes, one for each session that gives shards up: their names are never given twice.</summary>
    public const string Owners = "/fan/owners";

    public static string OfService(string service) => $"{Root}/{service}";

    public static string OfPlan(string service, ShardPlan plan) => $"{Root}/{service}/{plan.Id}";

    public static string OfShard(string service, ShardPlan plan, int shard) =>
        $"{OfPlan(service, plan)}/{shard.ToString(CultureInfo.InvariantCulture)}";
}
