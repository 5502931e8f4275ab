using Fan.Amqp.Calling;
using Fan.Amqp.Connections;
using Fan.Brokers;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Calling;

/// <summary>Calls services that are not Fan's, as micro-fan does. Safe from any thread.</summary>
/// <remarks>On a channel of their own: the broker ends a channel on which an exchange is named that does not exist.</remarks>
internal sealed class AmqpMicroFanCalls : IAsyncDisposable, IDisposable
{
    private const ushort NotFound = 404;

    private readonly AmqpCallChannels _channels;
    private readonly BrokerConnection _broker;

    public AmqpMicroFanCalls(BrokerConnection broker, FanAmqpOptions options, TimeProvider clock, ILogger logger)
    {
        _broker = broker;
        _channels = new AmqpCallChannels(
            broker,
            (connection, cancellationToken) => AmqpCallChannel.OpenAsync(
                connection, options, WatchAsync, clock, logger, cancellationToken));
    }

    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        var target = AmqpClientTransport.TargetOf(call);
        var channel = await _channels.GetAsync(call, cancellationToken).ConfigureAwait(false);
        // Each time: a call to something that has gone must not end the others.
        if (target.Exchange.Length > 0
            && !await ExistsAsync(
                check => check.ExchangeDeclarePassiveAsync(target.Exchange, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            throw new EndpointUnreachableException(
                call.Endpoint, $"{call.Endpoint} has no exchange '{target.Exchange}' at the broker at {_broker.Where}.");
        }

        var context = ContextHeaders.For(call.Headers);
        var pending = new MicroFanCall(call) { Target = target };
        var properties = Request(call, context);
        var body = MicroFanRequest.Write(MicroFanForm.Amqp, context, call.Method, call.Payload);
        channel.Add(pending, context.Span);
        await channel.SendAsync(pending, properties, body, cancellationToken).ConfigureAwait(false);
        return await AmqpClientTransport.ReplyAsync(channel, pending, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _channels.Dispose();

    public ValueTask DisposeAsync() => _channels.DisposeAsync();

    private static BasicProperties Request(OutgoingCall call, ContextHeaders context)
    {
        var properties = new BasicProperties { ContentType = "application/json", Headers = new Dictionary<string, object?>(4) };
        foreach (var (name, value) in context.Members) properties.Headers[name] = value;
        if (call.Headers.TimeToLive is { } left)
        {
            properties.Expiration = ((long)Math.Max(1, left.TotalMilliseconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return properties;
    }

    // These services take no messages but requests, so the broker is asked itself whether the queue is still there.
    private async Task WatchAsync(AmqpCallChannel channel, IReadOnlyList<AmqpCall> calls, CancellationToken cancellationToken)
    {
        foreach (var ofQueue in calls.GroupBy(call => call.Target.Queue))
        {
            if (await ExistsAsync(
                check => check.QueueDeclarePassiveAsync(ofQueue.Key, cancellationToken), cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            channel.Lost(ofQueue.Select(call => call.Number), "its queue has gone from the broker");
        }
    }

    private async Task<bool> ExistsAsync(Func<IChannel, Task> ask, CancellationToken cancellationToken)
    {
        var connection = await _broker.OpenAsync(cancellationToken).ConfigureAwait(false);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false), cancellationToken).ConfigureAwait(false);
        await using var ending = channel.ConfigureAwait(false);
        try
        {
            await ask(channel).ConfigureAwait(false);
        }
        catch (OperationInterruptedException error)
        {
            // Whatever else it says, e.g. that it is locked, it says of something that exists.
            return error.ShutdownReason?.ReplyCode != NotFound;
        }

        return true;
    }

    private sealed class MicroFanCall(OutgoingCall call) : AmqpUnaryCall(call)
    {
        protected override ReplyPayload Read(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body) =>
            MicroFanReply.Read(MicroFanForm.Amqp, body, Call);
    }
}
