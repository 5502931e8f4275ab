using System.Collections.Concurrent;
using System.Net.Sockets;
using Fan.Amqp.Connections;
using Fan.Messaging;
using Fan.Queues;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Queues;

/// <summary>Keeps pushes in quorum queues of RabbitMQ. Safe from any thread.</summary>
internal sealed class AmqpQueueTransport : IQueueTransport, IAsyncDisposable, IDisposable
{
    // The names come from pushers; past the bound the broker is asked again.
    private const int MaxKnownServices = 10_000;

    private readonly Broker _broker;
    private readonly QueueTopology _topology;
    private readonly PushPublisher _publisher;
    private readonly AmqpQueueAdministration _administration;
    private readonly ConcurrentDictionary<string, bool> _services = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<QueueName, AmqpHandledIds> _handled = new();
    private readonly ConcurrentDictionary<AmqpQueueConsumer, bool> _consumers = new();
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly int _maxMessageBytes;

    public AmqpQueueTransport(Broker broker, IOptions<FanAmqpOptions> options, TimeProvider clock, ILogger<AmqpQueueTransport> logger)
    {
        (_broker, _clock, _logger) = (broker, clock, logger);
        _topology = new QueueTopology(broker.Outgoing, clock);
        _publisher = new PushPublisher(broker.Outgoing);
        _maxMessageBytes = options.Value.MaxMessageBytes;
        _administration = new AmqpQueueAdministration(_topology, _publisher, this, options.Value.ConnectTimeout, clock);
    }

    public string Name => "amqp";

    public bool IsDurable => true;

    public string? Trouble =>
        _broker.Outgoing.Trouble
        ?? _broker.Incoming.Trouble
        ?? _consumers.Keys.Select(consumer => consumer.Trouble).FirstOrDefault(trouble => trouble is not null);

    public IQueueAdministration Administration => _administration;

    public Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken) =>
        GuardAsync(queue.Service, async () =>
        {
            await _topology.DeclareAsync(queue, policy, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    public async ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Payload.Length > _maxMessageBytes)
        {
            throw new LimitExceededException(
                nameof(FanAmqpOptions.MaxMessageBytes),
                $"The payload has {message.Payload.Length} bytes; at most {_maxMessageBytes} are taken " +
                $"({nameof(FanAmqpOptions.MaxMessageBytes)}).");
        }

        if (message.Delay > DelayLevels.Longest)
        {
            throw new ArgumentException(
                $"A push over amqp can be kept back for at most {DelayLevels.Longest}; it is {message.Delay}.", nameof(message));
        }

        await GuardAsync(message.Service, async () =>
        {
            await SendToAllAsync(message, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    public Task<IQueueConsumer> ConsumeAsync(QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken) =>
        GuardAsync<IQueueConsumer>(subscription.Queue.Service, async () =>
        {
            var queue = QueueNames.Queue(subscription.Queue);
            var partitions = await _topology.PartitionsAsync(queue, cancellationToken).ConfigureAwait(false);
            var handled = subscription.Policy.RememberFor is { } time
                ? _handled.GetOrAdd(subscription.Queue, _ => new AmqpHandledIds(time, _clock))
                : null;
            var consumer = new AmqpQueueConsumer(
                _broker.Incoming,
                _topology,
                new DeliverySettler(_publisher, _topology, queue, _clock, _logger),
                subscription,
                queue,
                partitions,
                handled,
                handler,
                _clock,
                _logger);
            await consumer.StartAsync(cancellationToken).ConfigureAwait(false);
            foreach (var (ended, _) in _consumers.Where(other => other.Key.HasEnded)) _consumers.TryRemove(ended, out _);
            _consumers[consumer] = true;
            return consumer;
        }, cancellationToken);

    /// <summary>Turns what the broker and its client say into what a caller of this transport may get.</summary>
    public async Task<T> GuardAsync<T>(string service, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (PublishReturnException error) when (_broker.Outgoing.IsFresh)
        {
            // A broker that was killed may come back without a binding; the group's consumers, which come back too, make it anew.
            throw new ServiceUnavailableException(
                service,
                $"The broker at {_broker.Outgoing.Where} came back a moment ago and has no queue for pushes to '{service}' yet.",
                error);
        }
        catch (PublishReturnException)
        {
            _topology.ForgetDelays();
            throw NoGroup(service);
        }
        catch (PublishException error) when (_broker.Outgoing.IsFresh)
        {
            // Both look the same: a queue that is full, and one whose leader is not there yet after the broker came back.
            throw new ServiceUnavailableException(
                service, $"The broker at {_broker.Outgoing.Where} came back a moment ago and does not take the message yet.", error);
        }
        catch (PublishException error)
        {
            throw new LimitExceededException(
                nameof(QueuePolicy.MaxMessages),
                $"A queue of '{service}' holds as many messages as it may ({nameof(QueuePolicy.MaxMessages)}), " +
                "or the broker refused the message; push again when some are handled.",
                error);
        }
        catch (BrokerAwayException error) when (error.InnerException is { } inner && QueueTopology.IsNotFound(inner))
        {
            // Somebody deleted the exchange: it is looked for again before the next push.
            _services.TryRemove(service, out _);
            throw NoGroup(service);
        }
        catch (BrokerAwayException error)
        {
            throw new ServiceUnavailableException(service, error.Message, error);
        }
        catch (Exception error) when (error is OperationCanceledException && !cancellationToken.IsCancellationRequested
            || error is RabbitMQClientException or IOException or SocketException or ObjectDisposedException or TimeoutException)
        {
            throw new ServiceUnavailableException(service, $"The broker at {_broker.Outgoing.Where} refused: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        _publisher.Dispose();
        _administration.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.EndAsync("closing the channel of pushes at RabbitMQ", () => _publisher.DisposeAsync().AsTask()).ConfigureAwait(false);
        _administration.Dispose();
    }

    private async ValueTask SendToAllAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        var exchange = QueueNames.Exchange(message.Service);
        // The broker would end the channel, with all that is on its way, over an exchange that does not exist. It stays once it does.
        if (!_services.ContainsKey(message.Service))
        {
            if (!await _topology.HasExchangeAsync(message.Service, cancellationToken).ConfigureAwait(false)) throw NoGroup(message.Service);
            if (_services.Count < MaxKnownServices) _services.TryAdd(message.Service, true);
        }

        var key = QueueNames.RoutingKey(message.Key);
        if (message.Delay is not { } delay || delay <= TimeSpan.Zero)
        {
            await _publisher.PublishAsync(
                exchange,
                key,
                PushFields.Write(message, 0, null, _clock.GetUtcNow(), expires: true),
                message.Payload,
                cancellationToken).ConfigureAwait(false);
            return;
        }

        await _topology.DeclareDelaysAsync(cancellationToken).ConfigureAwait(false);
        var properties = PushFields.Write(message, 0, null, _clock.GetUtcNow(), expires: false);
        if (message.TimeToLive is { } ttl)
        {
            properties.Headers![HeaderNames.Lifetime] = ((long)Math.Max(0, (ttl - delay).TotalMilliseconds)).ToString(
                System.Globalization.CultureInfo.InvariantCulture);
        }

        var (delays, route) = DelayLevels.Route(delay, $"{QueueNames.Word(exchange)}.{key}");
        await _publisher.PublishAsync(delays, route, properties, message.Payload, cancellationToken).ConfigureAwait(false);
    }

    private NoSuchServiceException NoGroup(string service) => new(
        service,
        $"No group takes pushes to '{service}' over amqp: the broker at {_broker.Outgoing.Where} has no queue for them. Start an " +
        "application that hosts it or subscribes to it; one that runs makes a queue that somebody deleted again, " +
        "and the push can be repeated then.");
}
