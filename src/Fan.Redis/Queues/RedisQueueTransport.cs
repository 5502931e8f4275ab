using System.Collections.Concurrent;
using Fan.Queues;
using Fan.Redis.Connections;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fan.Redis.Queues;

/// <summary>Keeps pushes in Redis: a stream with a consumer group for each queue. Safe from any thread.</summary>
internal sealed class RedisQueueTransport(
    RedisServer server, TimeProvider clock, ILogger<RedisQueueTransport> logger) : IQueueTransport, IAsyncDisposable, IDisposable
{
    private readonly RedisQueues _queues = new(server);
    private readonly ConcurrentDictionary<RedisConsumer, byte> _consumers = new();
    private int _isChecked;

    public string Name => "redis";

    public bool IsDurable => true;

    public string? Trouble =>
        server.Shared.Trouble ?? _consumers.Keys.Select(consumer => consumer.Trouble).FirstOrDefault(trouble => trouble is not null);

    public IQueueAdministration Administration => field ??= new RedisQueueAdministration(_queues);

    public async Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(policy);
        await _queues.DeclareAsync(queue, policy, again: false, null, cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _isChecked, 1) == 0)
        {
            await new DurabilityCheck(server, logger).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var options = server.Options;
        if (message.Payload.Length > options.MaxMessageBytes)
        {
            throw new LimitExceededException(
                nameof(options.MaxMessageBytes),
                $"The payload has {message.Payload.Length} bytes; at most {options.MaxMessageBytes} are taken " +
                $"({nameof(FanRedisOptions)}.{nameof(options.MaxMessageBytes)}).");
        }

        if (message.Key is { Length: > QueueMessage.MaxKeyLength })
        {
            throw new ArgumentException(
                $"The key has {message.Key.Length} characters; at most {QueueMessage.MaxKeyLength} are allowed.", nameof(message));
        }

        RedisValue[] arguments =
        [
            message.Id,
            RedisQueues.Milliseconds(message.Delay ?? TimeSpan.Zero),
            RedisQueues.Milliseconds(message.TimeToLive),
            .. MessageRecord.Write(message)
        ];
        var result = (RedisResult[])(await _queues.RunAsync(
            _queues.Scripts.Send, message.Service, arguments, cancellationToken).ConfigureAwait(false))!;
        switch ((string)result[0]!)
        {
            case "none":
                throw new NoSuchServiceException(
                    message.Service,
                    $"No queue for '{message.Service}' is in Redis at {server.Target.Where}: nobody has subscribed to its pushes there.");
            case "full":
                throw new LimitExceededException(
                    nameof(QueuePolicy.MaxMessages),
                    $"Queue '{message.Service}/{result[1]}' holds {result[2]} messages ({nameof(QueuePolicy.MaxMessages)}); " +
                    "push again when some are handled.");
            default: break;
        }

        if (options.WaitForReplicas > 0) await WaitAsync(message.Service, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IQueueConsumer> ConsumeAsync(
        QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(handler);
        var stream = await _queues.DeclareAsync(
            subscription.Queue, subscription.Policy, again: true, null, cancellationToken).ConfigureAwait(false)
            ?? throw new ServiceUnavailableException(subscription.Queue.Service, $"Queue '{subscription.Queue}' was deleted.");
        var consumer = new RedisConsumer(
            server, _queues, subscription, stream, handler, clock, logger, ended => _consumers.TryRemove(ended, out _));
        _consumers[consumer] = 0;
        consumer.Start();
        return consumer;
    }

    // The consumers are their subscriptions' to stop; one that is left has no connection any more when the server's are closed.
    public void Dispose()
    {
    }

    public async ValueTask DisposeAsync() =>
        await server.EndAsync(
            "ending the consumers at Redis",
            () => Task.WhenAll(_consumers.Keys.Select(consumer => consumer.DisposeAsync().AsTask()))).ConfigureAwait(false);

    private async ValueTask WaitAsync(string service, CancellationToken cancellationToken)
    {
        var options = server.Options;
        var milliseconds = (long)(options.OperationTimeout.TotalMilliseconds / 2);
        long reached;
        try
        {
            reached = (long)await server.Shared.RunAsync(
                database => database.ExecuteAsync("WAIT", options.WaitForReplicas, milliseconds), cancellationToken).ConfigureAwait(false);
        }
        catch (RedisAwayException error)
        {
            throw new ServiceUnavailableException(service, error.Message, error);
        }

        if (reached < options.WaitForReplicas)
        {
            throw new ServiceUnavailableException(
                service,
                $"Redis at {server.Target.Where} has the message, and {reached} of {options.WaitForReplicas} replicas had it within " +
                $"{milliseconds} ms ({nameof(options.WaitForReplicas)}); pushed again with the same id, it may be handled twice.");
        }
    }
}
