using System.Buffers;
using System.Runtime.CompilerServices;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;
using RabbitMQ.Client;

namespace Fan.Amqp.Serving;

/// <summary>A request in Fan's form.</summary>
/// <param name="link">Where it came.</param>
/// <param name="key">Its name.</param>
/// <param name="deliveryTag">The broker's number for it.</param>
/// <param name="kind"><see cref="MessageTypes.Call"/> or <see cref="MessageTypes.Sequence"/>.</param>
/// <param name="properties">What stands beside the arguments.</param>
/// <param name="body">The arguments.</param>
internal sealed class AmqpRequest(
    ServingLink link, CallKey key, ulong deliveryTag, string kind, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    : DeliveredCall(link, key, deliveryTag, body), IItemSink
{
    private readonly StreamCredit _credit = new();

    IBufferWriter<byte> IItemSink.Output => Output;

    public override void Grant(long bytes) => _credit.Grant(bytes);

    public async ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        while (!_credit.TryTake(Output.Count, out var more)) await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Link.ReplyAsync(Key, NewReply(MessageTypes.Item), Output.Written).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        Output.Clear();
    }

    // Awaited once: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask ServeAsync(CancellationToken cancellationToken)
    {
        var limits = Server.Limits;
        if (Body.Length > limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The arguments have {Body.Length} bytes; at most {limits.MaxPayloadBytes} are allowed " +
                $"({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        AmqpFields.Read(properties, Incoming.Headers, limits);
        (Incoming.Payload, Incoming.ContentType) = (new ReadOnlySequence<byte>(Body), properties.ContentType);
        var method = Link.Types.Find(properties.Type!) ?? Resolve(properties.Type!);
        if (ReferenceEquals(kind, MessageTypes.Sequence))
        {
            if (!long.TryParse(Required(AmqpFields.Credit), out var credit))
            {
                throw new BadMessageException(AmqpFields.Credit, $"Header '{AmqpFields.Credit}' must be a number of bytes.");
            }

            Grant(credit);
            await Server.ServeStreamAsync(method, Incoming, this, cancellationToken).ConfigureAwait(false);
            if (TryReply()) await Link.ReplyAsync(Key, NewReply(MessageTypes.End), default).ConfigureAwait(false);
        }
        else
        {
            await Server.ServeAsync(method, Incoming, Output, cancellationToken).ConfigureAwait(false);
            if (TryReply()) await Link.ReplyAsync(Key, NewReply(MessageTypes.Reply), Output.Written).ConfigureAwait(false);
        }
    }

    protected override ValueTask SendErrorAsync(WireError error) =>
        Link.ReplyAsync(Key, NewReply(MessageTypes.Error), ErrorJson.Write(error));

    private BasicProperties NewReply(string type)
    {
        var reply = new BasicProperties { Type = type, CorrelationId = Key.Number };
        if (type != MessageTypes.Item && Incoming.ReplySpans is { } spans)
        {
            reply.Headers = new Dictionary<string, object?> { [HeaderNames.Spans] = spans };
        }

        return reply;
    }

    private ServedMethod Resolve(string type) => CallTypes.TryRead(type, kind, out var service, out var method)
        ? Server.Resolve(service, method)
        : Server.Resolve(Required(AmqpFields.Service), Required(AmqpFields.Method));

    private string Required(string name) =>
        AmqpFields.Text(properties, name) ?? throw new BadMessageException(name, $"The message has no header '{name}'.");
}
