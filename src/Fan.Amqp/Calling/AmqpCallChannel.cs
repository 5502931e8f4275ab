using System.Globalization;
using Fan.Amqp.Connections;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Fan.Amqp.Calling;

/// <summary>
/// A channel on which requests leave and their replies come (RabbitMQ's direct reply-to), and the calls that wait on it. Used until it
/// ends. Safe from any thread.
/// </summary>
internal sealed class AmqpCallChannel : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    // The longest that a message without which the call can go on may wait for its way out.
    private static readonly TimeSpan SideTimeout = TimeSpan.FromSeconds(2);

    private readonly PendingCalls<AmqpCall> _pending;
    private readonly CancellationTokenSource _closing = new();
    private readonly FanAmqpOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private Task _probing = Task.CompletedTask;
    private volatile string? _ended;

    private AmqpCallChannel(IChannel channel, FanAmqpOptions options, TimeProvider clock, ILogger logger)
        : base(channel)
    {
        (_options, _clock, _logger) = (options, clock, logger);
        _pending = new PendingCalls<AmqpCall>(options.MaxCalls);
        channel.BasicReturnAsync += OnReturnedAsync;
        channel.ChannelShutdownAsync += OnShutdownAsync;
    }

    /// <summary>Whether a new call may be sent on it.</summary>
    public bool IsUsable => _ended is null && Channel.IsOpen;

    /// <summary>Opens one; <paramref name="watch"/> looks, again and again, whether calls in flight can still be answered.</summary>
    public static async Task<AmqpCallChannel> OpenAsync(
        IConnection connection,
        FanAmqpOptions options,
        Func<AmqpCallChannel, IReadOnlyList<AmqpCall>, CancellationToken, Task> watch,
        TimeProvider clock,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false), cancellationToken).ConfigureAwait(false);
        var calls = new AmqpCallChannel(channel, options, clock, logger);
        await channel.BasicConsumeAsync(AmqpTopology.DirectReplyTo, autoAck: true, calls, cancellationToken).ConfigureAwait(false);
        calls._probing = calls.ProbeAsync(watch);
        return calls;
    }

    /// <summary>Gives a call its number, so that its reply finds it.</summary>
    /// <exception cref="EndpointUnreachableException">There are too many.</exception>
    public void Add(AmqpCall call, ulong number = 0)
    {
        call.Owner = this;
        if (_pending.TryAdd(call, number)) return;
        throw new EndpointUnreachableException(
            call.Call.Endpoint, $"{_options.MaxCalls} calls over the broker wait for their replies ({nameof(FanAmqpOptions.MaxCalls)}).");
    }

    /// <summary>Takes a call off; false where it has ended already.</summary>
    public bool TryRemove(AmqpCall call) => _pending.TryRemove(call);

    public bool IsPending(AmqpCall call) => _pending.Has(call);

    /// <summary>Sends the request of a call that was added.</summary>
    /// <exception cref="EndpointUnreachableException">It was not sent.</exception>
    public async ValueTask SendAsync(
        AmqpCall call, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        properties.ReplyTo = AmqpTopology.DirectReplyTo;
        properties.CorrelationId = call.Number.ToString(CultureInfo.InvariantCulture);
        try
        {
            await Channel.BasicPublishAsync(
                call.Target.Exchange, call.Target.RoutingKey, mandatory: true, properties, body, cancellationToken).ConfigureAwait(false);
            call.IsSent = true;
        }
        catch (Exception error)
        {
            // Otherwise it was told why already.
            if (!TryRemove(call)) return;
            if (error is OperationCanceledException) throw;
            throw new EndpointUnreachableException(call.Call.Endpoint, $"{call.Call.Endpoint} can't be reached: {error.Message}", error);
        }

        // What ended the channel may not have seen it.
        if (_ended is { } reason && TryRemove(call)) call.Fail(Broken(call, reason));
    }

    /// <summary>Tells the service that a call, which was removed, has been left.</summary>
    public ValueTask CancelAsync(AmqpCall call) => SendAsideAsync(call, new BasicProperties { Type = MessageTypes.Cancel });

    /// <summary>Lets the service send so many bytes of items more.</summary>
    public ValueTask GrantAsync(AmqpCall call, long bytes) => SendAsideAsync(
        call,
        new BasicProperties { Type = MessageTypes.Credit, Headers = new Dictionary<string, object?> { [AmqpFields.Credit] = bytes } });

    /// <summary>Asks the queue of calls whether it is there, and the service whether it has them.</summary>
    public ValueTask ProbeAsync(AmqpTarget target, IReadOnlyCollection<ulong> numbers, CancellationToken cancellationToken) =>
        Channel.BasicPublishAsync(
            target.Exchange,
            target.RoutingKey,
            mandatory: true,
            new BasicProperties { Type = MessageTypes.Probe, ReplyTo = AmqpTopology.DirectReplyTo },
            CallNumbers.Write(numbers),
            cancellationToken);

    /// <summary>Ends calls whose service has gone.</summary>
    public void Lost(IEnumerable<ulong> numbers, string reason) => _pending.Lost(numbers, reason);

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
        if (properties.Type == MessageTypes.Unknown)
        {
            Lost(CallNumbers.Read(body.Span), "the service does not have the call any more");
            return Task.CompletedTask;
        }

        // What has no number of ours came for a call that was left.
        if (AmqpFields.TryReadNumber(properties, out var number)
            && _pending.Find(number) is { } call
            && call.Take(properties, body.Span))
        {
            TryRemove(call);
        }

        return Task.CompletedTask;
    }

    public override async Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        await base.HandleBasicCancelAsync(consumerTag, cancellationToken).ConfigureAwait(false);
        End("the broker took the replies away");
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _probing.ConfigureAwait(false);
        End("the calling application has stopped");
        await ChannelEnd.TryCloseAsync(Channel).ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task ProbeAsync(Func<AmqpCallChannel, IReadOnlyList<AmqpCall>, CancellationToken, Task> watch)
    {
        using var timer = new PeriodicTimer(_options.ProbeInterval, _clock);
        var old = new List<AmqpCall>();
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            {
                old.Clear();
                _pending.FindOld(old);
                if (old.Count == 0) continue;
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
                limit.CancelAfter(SideTimeout);
                try
                {
                    await watch(this, old, limit.Token).ConfigureAwait(false);
                }
                catch (Exception error) when (!_closing.IsCancellationRequested)
                {
                    // The next look comes soon; a channel that has ended told its calls itself.
                    BrokerLog.Dropped(_logger, MessageTypes.Probe, error.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private async ValueTask SendAsideAsync(AmqpCall call, BasicProperties properties)
    {
        properties.ReplyTo = AmqpTopology.DirectReplyTo;
        properties.CorrelationId = call.Number.ToString(CultureInfo.InvariantCulture);
        using var limit = new CancellationTokenSource(SideTimeout, _clock);
        try
        {
            await Channel.BasicPublishAsync(
                "",
                AmqpTopology.Control(call.Target.Queue),
                mandatory: false,
                properties,
                ReadOnlyMemory<byte>.Empty,
                limit.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // With the channel the service loses its caller, and ends the work by itself.
            BrokerLog.Dropped(_logger, properties.Type!, error.Message);
        }
    }

    private Task OnReturnedAsync(object sender, BasicReturnEventArgs returned)
    {
        if (returned.BasicProperties.Type == MessageTypes.Probe)
        {
            Lost(CallNumbers.Read(returned.Body.Span), "its queue has gone from the broker");
        }
        else if (AmqpFields.TryReadNumber(returned.BasicProperties, out var number)
            && _pending.Find(number) is { } call
            && TryRemove(call))
        {
            call.Fail(new EndpointUnreachableException(
                call.Call.Endpoint, $"{call.Call.Endpoint} has no queue at the broker ({returned.ReplyText})."));
        }

        return Task.CompletedTask;
    }

    private Task OnShutdownAsync(object sender, ShutdownEventArgs shutdown)
    {
        End(shutdown.Exception?.Message ?? shutdown.ReplyText);
        return Task.CompletedTask;
    }

    private void End(string reason)
    {
        _ended ??= reason.TrimEnd('.');
        _pending.FailAll(call => Broken(call, _ended));
    }

    private static ServiceUnavailableException Broken(AmqpCall call, string reason) =>
        new(call.Call.Service, $"The broker between us and {call.Call.Endpoint} broke off: {reason}.");
}
