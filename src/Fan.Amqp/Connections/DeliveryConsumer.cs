using RabbitMQ.Client;

namespace Fan.Amqp.Connections;

/// <summary>One message as the broker delivered it; valid until its handler returns.</summary>
internal readonly ref struct Delivery(ulong tag, string routingKey, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
{
    public ulong Tag { get; } = tag;

    public string RoutingKey { get; } = routingKey;

    public IReadOnlyBasicProperties Properties { get; } = properties;

    public ReadOnlySpan<byte> Body { get; } = body;
}

internal delegate ValueTask DeliveryHandler(Delivery delivery);

/// <summary>Hands what a queue delivers to a handler, one after another.</summary>
internal sealed class DeliveryConsumer(IChannel channel, DeliveryHandler handler, Action<string> onCancelled)
    : AsyncDefaultBasicConsumer(channel)
{
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        var handling = handler(new Delivery(deliveryTag, routingKey, properties, body.Span));
        return handling.IsCompletedSuccessfully ? Task.CompletedTask : handling.AsTask();
    }

    public override async Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        await base.HandleBasicCancelAsync(consumerTag, cancellationToken).ConfigureAwait(false);
        onCancelled("the broker took the queue away");
    }
}
