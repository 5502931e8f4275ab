using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Amqp.Connections;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Fan.Amqp.Calling;

/// <summary>Carries calls over the broker: to Fan applications in Fan's form, to others in micro-fan's. Safe from any thread.</summary>
internal sealed class AmqpClientTransport : IClientTransport, IAsyncDisposable, IDisposable
{
    private readonly Broker _broker;
    private readonly FanAmqpOptions _options;
    private readonly AmqpCallChannels _channels;
    private readonly AmqpMicroFanCalls _microFan;

    public AmqpClientTransport(Broker broker, IOptions<FanAmqpOptions> options, TimeProvider clock, ILogger<AmqpClientTransport> logger)
    {
        (_broker, _options) = (broker, options.Value);
        _channels = new AmqpCallChannels(broker.Outgoing, async (connection, cancellationToken) =>
        {
            await DeclareAsync(connection, cancellationToken).ConfigureAwait(false);
            return await AmqpCallChannel.OpenAsync(
                connection, _options, WatchAsync, clock, logger, cancellationToken).ConfigureAwait(false);
        });
        _microFan = new AmqpMicroFanCalls(broker.Outgoing, _options, clock, logger);
    }

    public string Name => "amqp";

    // Awaited once, by the pipeline: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        if (!call.Endpoint.Description.IsFan) return await _microFan.CallAsync(call, cancellationToken).ConfigureAwait(false);
        var channel = await _channels.GetAsync(call, cancellationToken).ConfigureAwait(false);
        var pending = new AmqpUnaryCall(call) { Target = TargetOf(call) };
        var properties = Request(call, MessageTypes.Call);
        channel.Add(pending);
        await channel.SendAsync(pending, properties, call.Payload, cancellationToken).ConfigureAwait(false);
        return await ReplyAsync(channel, pending, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!call.Endpoint.Description.IsFan)
        {
            throw new BadMessageException("method", $"'{call.Service}.{call.Method}' is no Fan service: it has no sequences.");
        }

        var channel = await _channels.GetAsync(call, cancellationToken).ConfigureAwait(false);
        var pending = new AmqpStreamCall(channel, call, _options.SequenceWindowBytes) { Target = TargetOf(call) };
        var properties = Request(call, MessageTypes.Sequence);
        (properties.Headers ??= new Dictionary<string, object?>(1))[AmqpFields.Credit] =
            _options.SequenceWindowBytes.ToString(CultureInfo.InvariantCulture);
        channel.Add(pending);
        await channel.SendAsync(pending, properties, call.Payload, cancellationToken).ConfigureAwait(false);
        await foreach (var item in pending.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return item;
    }

    public void Dispose()
    {
        _channels.Dispose();
        _microFan.Dispose();
    }

    public async ValueTask DisposeAsync() =>
        await _broker.EndAsync("closing the channels of calls at RabbitMQ", EndAsync).ConfigureAwait(false);

    private async Task EndAsync()
    {
        await _channels.DisposeAsync().ConfigureAwait(false);
        await _microFan.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for a reply; a caller that does not wait any more is told to the service.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<ReplyPayload> ReplyAsync(
        AmqpCallChannel channel, AmqpUnaryCall pending, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var pending = (AmqpUnaryCall)state!;
                if (pending.Owner!.TryRemove(pending)) pending.Fail(new OperationCanceledException(token));
            },
            pending);
        try
        {
            return await pending.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
            when (error.CancellationToken == cancellationToken && cancellationToken.IsCancellationRequested)
        {
            await channel.CancelAsync(pending).ConfigureAwait(false);
            throw;
        }
    }

    internal static AmqpTarget TargetOf(OutgoingCall call) =>
        AmqpTarget.Of(call.Endpoint)
        ?? throw new EndpointUnreachableException(call.Endpoint, $"Endpoint {call.Endpoint.Id} names no queue.");

    private static BasicProperties Request(OutgoingCall call, string type)
    {
        var properties = new BasicProperties();
        // JSON goes without saying.
        if (call.ContentType != MediaTypes.Json) properties.ContentType = call.ContentType;
        AmqpFields.Write(properties, call.Headers, call.Limits);
        properties.Type = CallTypes.Write(type, call.Service, call.Method);
        if (properties.Type is not null) return properties;
        properties.Type = type;
        var table = properties.Headers ??= new Dictionary<string, object?>(2);
        (table[AmqpFields.Service], table[AmqpFields.Method]) = (call.Service, call.Method);
        return properties;
    }

    // A channel of its own, so that what the broker refuses takes nothing else along.
    private static async Task DeclareAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false), cancellationToken).ConfigureAwait(false);
        await using var ending = channel.ConfigureAwait(false);
        await channel.ExchangeDeclareAsync(
            AmqpTopology.Exchange,
            ExchangeType.Direct,
            durable: true,
            autoDelete: false,
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static async Task WatchAsync(AmqpCallChannel channel, IReadOnlyList<AmqpCall> calls, CancellationToken cancellationToken)
    {
        foreach (var ofTarget in calls.GroupBy(call => call.Target))
        {
            foreach (var some in ofTarget.Select(call => call.Number).Chunk(CallNumbers.Most))
            {
                await channel.ProbeAsync(ofTarget.Key, some, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
