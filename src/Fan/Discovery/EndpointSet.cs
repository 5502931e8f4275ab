using System.Collections.Immutable;

namespace Fan.Discovery;

/// <summary>The live endpoints of one service at one moment. Immutable.</summary>
internal sealed class EndpointSet(ImmutableDictionary<string, Endpoint> byId)
{
    public static EndpointSet Empty { get; } = new(ImmutableDictionary<string, Endpoint>.Empty);

    public ImmutableDictionary<string, Endpoint> ById { get; } = byId;

    public IEnumerable<Endpoint> All => ById.Values;

    /// <summary>Whether workers own shards of the service.</summary>
    public bool IsSharded { get; } = byId.Values.Any(
        endpoint => endpoint.Description.Properties.ContainsKey(Sharding.ShardOffer.ShardsProperty));

    /// <summary>
    /// Whether proxies take its calls, to whom the versions that a caller accepts say nothing: they are those of the service behind.
    /// </summary>
    public bool IsProxy { get; } = !byId.IsEmpty && byId.Values.All(endpoint => endpoint.Before is not null);
}
