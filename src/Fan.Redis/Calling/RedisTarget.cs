using Fan.Discovery;
using Fan.Redis.Messages;
using StackExchange.Redis;

namespace Fan.Redis.Calling;

/// <summary>The process behind an endpoint. Immutable.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Requests">The stream that it serves from.</param>
internal sealed record RedisTarget(string Id, RedisKey Requests)
{
    /// <summary>That of an endpoint; null where its data has none.</summary>
    public static RedisTarget? Of(Endpoint endpoint, RedisTopology topology)
    {
        if (endpoint.TransportState is RedisTarget known) return known;
        if (endpoint.Description.Properties.GetValueOrDefault(RedisClientTransport.InboxProperty) is not { } id || !RedisTopology.IsId(id))
        {
            return null;
        }

        var target = new RedisTarget(id, topology.Requests(id));
        endpoint.TransportState = target;
        return target;
    }
}
