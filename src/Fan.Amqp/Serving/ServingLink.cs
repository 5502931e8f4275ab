using System.Collections.Frozen;
using System.Text;
using Fan.Amqp.Connections;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Serving;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Fan.Amqp.Serving;

/// <summary>
/// The queue of this process on one connection: takes requests from it and sends their replies. Used until it ends. Safe from any thread.
/// </summary>
/// <remarks>A channel for each purpose: requests and their acknowledgements, replies, and what may overtake both.</remarks>
internal sealed class ServingLink : IAsyncDisposable
{
    private readonly IChannel _requests;
    private readonly IChannel _replies;
    private readonly IChannel _control;
    private readonly string _queue;
    private readonly FrozenDictionary<string, string> _services;
    private readonly RunningCalls<DeliveredCall> _running = new();
    private readonly Acknowledgements _acknowledgements;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Mark? _mark;
    private Task _watching = Task.CompletedTask;

    private ServingLink(
        IChannel requests, IChannel replies, IChannel control, CallServer server, string queue, int prefetch, ILogger logger)
    {
        _acknowledgements = new Acknowledgements(requests.BasicAckAsync, prefetch);
        (Types, Workspaces) = (new CallTypes(server), new CallWorkspaces(server, "amqp"));
        (_requests, _replies, _control, Server, _queue, _logger) = (requests, replies, control, server, queue, logger);
        _services = server.Services.Select(service => service.Name.Canonical)
            .Where(service => AmqpTopology.MicroFanKey(queue, service) is not null)
            .ToFrozenDictionary(service => AmqpTopology.MicroFanKey(queue, service)!, StringComparer.Ordinal);
        foreach (var channel in new[] { requests, replies, control })
        {
            channel.ChannelShutdownAsync += (_, shutdown) =>
            {
                _ended.TrySetResult(shutdown.Exception?.Message ?? shutdown.ReplyText);
                return Task.CompletedTask;
            };
        }
    }

    public CallServer Server { get; }

    public CallTypes Types { get; }

    public CallWorkspaces Workspaces { get; }

    /// <summary>Ends with the reason when nothing comes on it any more.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Declares the queue and takes what comes.</summary>
    public static async Task<ServingLink> OpenAsync(
        IConnection connection,
        CallServer server,
        string queue,
        FanAmqpOptions options,
        TimeProvider clock,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var channels = new IChannel[3];
        var plain = new CreateChannelOptions(false, false);
        for (var i = 0; i < channels.Length; i++)
        {
            channels[i] = await connection.CreateChannelAsync(plain, cancellationToken).ConfigureAwait(false);
        }

        var link = new ServingLink(channels[0], channels[1], channels[2], server, queue, options.Prefetch, logger);
        try
        {
            await link.DeclareAsync((ushort)options.Prefetch, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        link._watching = new CallerWatch(
            connection, link._running, link._acknowledgements, options.ProbeInterval, clock, logger).RunAsync(link._closing.Token);
        return link;
    }

    /// <summary>Sends a message of a reply. One that can't be sent is lost: its caller asks for it.</summary>
    public async ValueTask ReplyAsync(CallKey key, BasicProperties properties, ReadOnlyMemory<byte> body)
    {
        try
        {
            await _replies.BasicPublishAsync("", key.ReplyTo, mandatory: false, properties, body, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            BrokerLog.ReplyFailed(_logger, error.Message);
        }
    }

    /// <summary>A call has ended and been answered: another one may come.</summary>
    public async ValueTask EndedAsync(DeliveredCall call)
    {
        await AcknowledgeAsync(call).ConfigureAwait(false);
        _running.Remove(call);
    }

    /// <summary>Lets nothing new in, and waits until all that came has been served; until cancelled: then it breaks the rest off.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _control.QueueUnbindAsync(
                _queue, AmqpTopology.Exchange, _queue, cancellationToken: cancellationToken).ConfigureAwait(false);
            foreach (var key in _services.Keys)
            {
                await _control.QueueUnbindAsync(
                    _queue, AmqpTopology.Exchange, key, cancellationToken: cancellationToken).ConfigureAwait(false);
            }

            // Twice, as a request that was on its way through the exchange may come behind the first one.
            for (var i = 0; i < 2; i++) await MarkAsync(cancellationToken).ConfigureAwait(false);
            await (await Task.WhenAny(
                _running.DrainedAsync(), _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            BrokerLog.DrainEnded(_logger, error.Message);
            foreach (var call in _running.All)
            {
                await call.BreakOffAsync(
                    new ServiceUnavailableException("", $"Application '{Server.Application}' stops.")).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Nobody waits for them any more.
        foreach (var call in _running.All) call.Leave();
        try
        {
            // In this order: what was published last must be on its way before the replies' channel goes.
            await ChannelEnd.CloseAsync(_requests, _control, _replies).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            BrokerLog.CloseFailed(_logger, "serves", error.Message);
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _ended.TrySetResult("closed");
    }

    private async Task DeclareAsync(ushort prefetch, CancellationToken cancellationToken)
    {
        await _control.ExchangeDeclareAsync(
            AmqpTopology.Exchange,
            ExchangeType.Direct,
            durable: true,
            autoDelete: false,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        await _control.QueueDeclareAsync(
            AmqpTopology.Control(_queue),
            durable: false,
            exclusive: true,
            autoDelete: true,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        await _control.BasicConsumeAsync(
            AmqpTopology.Control(_queue),
            autoAck: true,
            new DeliveryConsumer(_control, OnControl, Cancelled),
            cancellationToken).ConfigureAwait(false);
        await _requests.QueueDeclareAsync(
            _queue, durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken).ConfigureAwait(false);
        await _requests.BasicQosAsync(0, prefetch, global: false, cancellationToken).ConfigureAwait(false);
        await _requests.BasicConsumeAsync(
            _queue, autoAck: false, new DeliveryConsumer(_requests, OnRequest, Cancelled), cancellationToken).ConfigureAwait(false);
        await _requests.QueueBindAsync(_queue, AmqpTopology.Exchange, _queue, cancellationToken: cancellationToken).ConfigureAwait(false);
        foreach (var key in _services.Keys)
        {
            await _requests.QueueBindAsync(_queue, AmqpTopology.Exchange, key, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private void Cancelled(string reason) => _ended.TrySetResult(reason);

    private ValueTask OnRequest(Delivery delivery)
    {
        var properties = delivery.Properties;
        var key = new CallKey(properties.ReplyTo ?? "", properties.CorrelationId ?? "");
        DeliveredCall? call = null;
        var isAnswerable = AmqpTopology.IsReplyTo(key.ReplyTo);
        switch (properties.Type)
        {
            case var type when isAnswerable && CallTypes.TryReadKind(type, out var kind):
                call = new AmqpRequest(this, key, delivery.Tag, kind, properties, delivery.Body);
                break;
            case MessageTypes.Probe when isAnswerable:
                return AnswerAsync(key.ReplyTo, CallNumbers.Read(delivery.Body), Take(delivery));
            case MessageTypes.Mark:
                _mark?.Arrived(delivery.Body);
                break;
            case null or "" when isAnswerable && _services.TryGetValue(delivery.RoutingKey, out var service):
                call = new AmqpMicroFanRequest(this, key, delivery.Tag, service, properties.Expiration, delivery.Body);
                break;
            default:
                BrokerLog.Dropped(_logger, properties.Type ?? "", "it is no request, or its reply_to is not 'amq.rabbitmq.reply-to'");
                break;
        }

        if (call is null) return AcknowledgeAsync(Take(delivery));
        _acknowledgements.Begin(call);
        if (!_running.TryAdd(call)) return AcknowledgeAsync(call);
        ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
        return default;
    }

    private ValueTask OnControl(Delivery delivery)
    {
        var properties = delivery.Properties;
        var key = new CallKey(properties.ReplyTo ?? "", properties.CorrelationId ?? "");
        if (properties.Type == MessageTypes.Cancel)
        {
            _running.Cancel(key);
        }
        else if (properties.Type == MessageTypes.Credit
            && properties.Headers?.TryGetValue(AmqpFields.Credit, out var bytes) == true
            && bytes is long credit)
        {
            _running.Find(key)?.Grant(credit);
        }
        else
        {
            BrokerLog.Dropped(_logger, properties.Type ?? "", "it is nothing for this queue");
        }

        return default;
    }

    private async ValueTask AnswerAsync(string replyTo, List<ulong> asked, IUnacknowledged probe)
    {
        var unknown = asked.FindAll(
            number => !_running.Has(new CallKey(replyTo, number.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        if (unknown.Count > 0)
        {
            await ReplyAsync(
                new CallKey(replyTo, ""),
                new BasicProperties { Type = MessageTypes.Unknown },
                CallNumbers.Write(unknown)).ConfigureAwait(false);
        }

        await AcknowledgeAsync(probe).ConfigureAwait(false);
    }

    private async Task MarkAsync(CancellationToken cancellationToken)
    {
        var mark = new Mark();
        _mark = mark;
        await _replies.BasicPublishAsync(
            "",
            _queue,
            mandatory: false,
            new BasicProperties { Type = MessageTypes.Mark },
            mark.Text,
            cancellationToken).ConfigureAwait(false);
        await Task.WhenAny(mark.Task, _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private Unacknowledged Take(Delivery delivery)
    {
        var message = new Unacknowledged(delivery.Tag, delivery.Body.Length);
        _acknowledgements.Begin(message);
        return message;
    }

    private async ValueTask AcknowledgeAsync(IUnacknowledged message)
    {
        try
        {
            await _acknowledgements.EndAsync(message, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The link ends, and with it the queue and all that was in it.
            BrokerLog.ReplyFailed(_logger, error.Message);
        }
    }

    /// <summary>A message to ourselves, which nobody else can have written.</summary>
    private sealed class Mark
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public byte[] Text { get; } = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));

        public Task Task => _arrived.Task;

        public void Arrived(ReadOnlySpan<byte> text)
        {
            if (text.SequenceEqual(Text)) _arrived.TrySetResult();
        }
    }
}
