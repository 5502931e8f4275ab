using System.Globalization;

namespace Fan.Sharding;

/// <summary>Where the locks of shards stand in the store: <c>/fan/shards/{service}/{shard}</c>, ephemeral nodes of who owns them.</summary>
internal static class ShardPath
{
    public const string Root = "/fan/shards";

    public static string OfService(string service) => $"{Root}/{service}";

    public static string OfShard(string service, int shard) => $"{Root}/{service}/{shard.ToString(CultureInfo.InvariantCulture)}";
}
