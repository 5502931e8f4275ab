using System.Collections.Concurrent;
using Fan.Database.Engines;
using Fan.Database.Transactions;
using Fan.Queues;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fan.Database.Queues;

/// <summary>Queues in the tables of a database. Safe from any thread.</summary>
internal sealed class DatabaseQueueTransport(
    IDatabase database,
    IOptions<FanDatabaseOptions> options,
    TimeProvider clock,
    ILogger<DatabaseQueueTransport>? logger = null) : IQueueTransport, IAsyncDisposable
{
    public const string TransportName = "database";

    private readonly ConcurrentDictionary<DatabaseConsumer, bool> _consumers = new();
    private readonly ILogger _logger = logger ?? NullLogger<DatabaseQueueTransport>.Instance;
    private readonly QueueBounds _bounds = new(database, options.Value.MaxMessages, clock);

    public string Name => TransportName;

    public bool IsDurable => true;

    public string? Trouble => database.Trouble ?? _consumers.Keys.FirstOrDefault(consumer => consumer.Trouble is not null)?.Trouble;

    public IQueueAdministration Administration { get; } = new DatabaseQueueAdministration(database, options.Value.MaxMessages);

    public async Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(policy);
        var script = new Script(queue.Service);
        script.Add(QueueStatements.ForgetDeleted, queue.Service, queue.Group);
        script.Query(
            QueueStatements.Declare,
            static row => row.GetInt64(0),
            queue.Service,
            queue.Group,
            policy.MaxAttempts,
            Microseconds.Of(policy.TimeToLive),
            (long?)policy.MaxMessages,
            Microseconds.Of(policy.RememberFor),
            Microseconds.Of(policy.DeadLetterRetention),
            policy.MaxDeadLetters);
        await database.RunAsync(script, cancellationToken).ConfigureAwait(false);
        _bounds.Forget(queue.Service);
    }

    public async ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        Validate(message);
        // In the transaction of the caller's code, which may hold what another connection would wait for.
        var transaction = AmbientTransaction.Current;
        await _bounds.RequireRoomAsync(message.Service, transaction, cancellationToken).ConfigureAwait(false);
        var script = new Script(message.Service);
        var queues = script.Query(QueueStatements.FindAll, QueueBounds.Read, message.Service);
        script.AddSending(message);
        var channel = Channels.OfService(message.Service);
        if (transaction is not null) script.RingAtCommit(channel);
        await database.RunAsync(script, transaction, cancellationToken).ConfigureAwait(false);
        if (transaction is null) database.Ring(channel);
        if (queues.Count == 0) throw QueueBounds.Nobody(message.Service);
        _bounds.Sent(message.Service, queues);
    }

    public async Task<IQueueConsumer> ConsumeAsync(
        QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(handler);
        var consumer = new DatabaseConsumer(database, subscription, handler, options.Value.PollInterval, clock, _logger);
        await consumer.StartAsync(cancellationToken).ConfigureAwait(false);
        foreach (var ended in _consumers.Keys.Where(known => known.HasEnded)) _consumers.TryRemove(ended, out _);
        _consumers.TryAdd(consumer, true);
        return consumer;
    }

    public async ValueTask DisposeAsync() =>
        await LastWait.ForAsync(
            () => Task.WhenAll(_consumers.Keys.Select(consumer => consumer.DisposeAsync().AsTask()))).ConfigureAwait(false);

    /// <summary>Ends all consumers as the death of the process would. For tests.</summary>
    internal void Crash()
    {
        foreach (var consumer in _consumers.Keys) consumer.Crash();
    }

    private void Validate(QueueMessage message)
    {
        if (message.Key is { Length: 0 or > QueueMessage.MaxKeyLength })
            throw new ArgumentException($"The key of a push must have 1 to {QueueMessage.MaxKeyLength} characters.", nameof(message));
        if (message.Id.Length is 0 or > QueueMessage.MaxIdLength || message.Id.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The id of a push must have 1 to {QueueMessage.MaxIdLength} printable characters.", nameof(message));
        }

        if (message.Payload.Length > options.Value.MaxMessageBytes)
        {
            throw new LimitExceededException(
                nameof(FanDatabaseOptions.MaxMessageBytes),
                $"The payload has {message.Payload.Length} bytes; the database route takes {options.Value.MaxMessageBytes} " +
                $"(Fan:Database:{nameof(FanDatabaseOptions.MaxMessageBytes)}).");
        }
    }
}
