using System.Text;
using Fan.Discovery;

namespace Fan.Amqp.Calling;

/// <summary>Where an endpoint takes its requests. Immutable.</summary>
/// <param name="Queue">The queue behind it.</param>
/// <param name="Exchange">Where to publish; empty for the default exchange.</param>
/// <param name="RoutingKey">With what key.</param>
internal sealed record AmqpTarget(string Queue, string Exchange, string RoutingKey)
{
    private const int MaxNameBytes = 255;

    public const string QueueProperty = "queue";
    public const string ExchangeProperty = "exchange";
    public const string ExchangeTypeProperty = "exchange_type";
    public const string RoutingKeyProperty = "routing_key";

    /// <summary>That of an endpoint; null where its data has none.</summary>
    public static AmqpTarget? Of(Endpoint endpoint)
    {
        if (endpoint.TransportState is AmqpTarget known) return known;
        var properties = endpoint.Description.Properties;
        if (!properties.TryGetValue(QueueProperty, out var queue)) return null;
        var exchange = properties.GetValueOrDefault(ExchangeProperty) ?? "";
        // The routing key of a Fan endpoint is for those who call in micro-fan's form.
        var target = new AmqpTarget(
            queue, exchange, endpoint.Description.IsFan ? queue : properties.GetValueOrDefault(RoutingKeyProperty) ?? queue);
        if (!IsName(target.Queue) || !IsName(target.Exchange) || !IsName(target.RoutingKey)) return null;
        endpoint.TransportState = target;
        return target;
    }

    // What AMQP has room for.
    private static bool IsName(string name) => name.Length <= MaxNameBytes && Encoding.UTF8.GetByteCount(name) <= MaxNameBytes;
}
