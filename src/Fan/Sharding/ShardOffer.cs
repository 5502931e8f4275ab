using System.Globalization;
using Fan.Discovery;
using Fan.Versions;
using Semver;

namespace Fan.Sharding;

/// <summary>What an endpoint of a sharded service says of its worker.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Version">The version of the service that it has.</param>
/// <param name="Plan">How it divides the keys.</param>
/// <param name="Capacity">How many shards it takes, compared with others.</param>
/// <param name="Rules">By which rules it knows who owns what.</param>
internal sealed record ShardOffer(string Worker, SemVersion Version, ShardPlan Plan, int Capacity, int Rules)
{
    /// <summary>The properties of an endpoint that say it.</summary>
    public const string WorkerProperty = "worker";
    public const string ShardsProperty = "shards";
    public const string CapacityProperty = "capacity";
    public const string RulesProperty = "shard-rules";

    /// <summary>
    /// The rules of this program. Programs of the revision before say nothing, and share all shards among all versions that take calls.
    /// </summary>
    public const int CurrentRules = 2;

    private const int FormerRules = 1;
    private const int UsualCapacity = 100;

    public static List<ShardOffer> Of(EndpointSet set)
    {
        var offers = new List<ShardOffer>();
        foreach (var endpoint in set.All)
        {
            var properties = endpoint.Description.Properties;
            if (!properties.TryGetValue(WorkerProperty, out var worker)
                || ShardPlan.TryParse(properties.GetValueOrDefault(ShardsProperty)) is not { } plan)
            {
                continue;
            }

            if (ServiceVersion.TryParse(endpoint.Version, out var version))
            {
                offers.Add(new ShardOffer(
                    worker,
                    version,
                    plan,
                    NumberOf(properties, CapacityProperty) ?? UsualCapacity,
                    NumberOf(properties, RulesProperty) ?? FormerRules));
            }
        }

        return offers;
    }

    private static int? NumberOf(IReadOnlyDictionary<string, string> properties, string name) =>
        int.TryParse(properties.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;
}
