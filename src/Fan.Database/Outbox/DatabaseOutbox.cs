using Fan.Database.Engines;
using Fan.Database.Queues;
using Fan.Database.Transactions;
using Fan.Queues;

namespace Fan.Database.Outbox;

/// <summary>
/// Keeps pushes for other transports in the transaction of the pusher's code: as messages in a queue of their own, from which
/// <see cref="OutboxRelay"/> takes them. Safe from any thread.
/// </summary>
internal sealed class DatabaseOutbox(IDatabase database) : IPushOutbox
{
    /// <summary>What can't be sent for so long is a dead letter of the outbox.</summary>
    public static QueuePolicy Policy { get; } = new() { MaxAttempts = int.MaxValue };

    public bool IsCurrent => AmbientTransaction.Current is not null;

    public bool Keeps(IQueueTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return transport is not DatabaseQueueTransport;
    }

    public async ValueTask KeepAsync(IQueueTransport transport, QueueMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(message);
        var transaction = AmbientTransaction.Current
            ?? throw new InvalidOperationException("The running code has no transaction for its pushes.");
        var script = new Script(message.Service);
        script.AddOutbox(transport.Name, once: true);
        script.Add(
            QueueStatements.SendToGroup,
            OutboxMessage.Service,
            message.Id,
            OutboxMessage.MethodOf(message),
            message.ContentType,
            MessageText.Write(message.Headers),
            message.Payload,
            OutboxMessage.KeyOf(message),
            Microseconds.Of(message.Delay > TimeSpan.Zero ? message.Delay : null),
            Microseconds.Of(message.TimeToLive),
            transport.Name);
        script.RingAtCommit(Channels.OfService(OutboxMessage.Service));
        await database.RunWithinAsync(script, transaction, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>The queue of an outbox.</summary>
internal static class OutboxScript
{
    public static void AddOutbox(this Script script, string transport, bool once)
    {
        var policy = DatabaseOutbox.Policy;
        if (once)
        {
            script.Add(
                QueueStatements.DeclareOnce,
                OutboxMessage.Service,
                transport,
                policy.MaxAttempts,
                (long?)null,
                (long?)null,
                (long?)null,
                Microseconds.Of(policy.DeadLetterRetention),
                policy.MaxDeadLetters);
        }
        else
        {
            script.Query(
                QueueStatements.Declare,
                static row => row.GetInt64(0),
                OutboxMessage.Service,
                transport,
                policy.MaxAttempts,
                (long?)null,
                (long?)null,
                (long?)null,
                Microseconds.Of(policy.DeadLetterRetention),
                policy.MaxDeadLetters);
        }
    }
}
