using Fan.Messaging;
using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>Does with messages in hand what was decided: whatever is to be kept is safe elsewhere before it leaves its place. Safe from any thread.</summary>
internal sealed class DeliverySettler(PushPublisher publisher, QueueTopology topology, string queue, TimeProvider clock)
{
    /// <summary>Makes it a dead letter.</summary>
    public async ValueTask DieAsync(HeldMessage held, QueueMessage? message, int attempts, QueueSettlement settlement, CancellationToken cancellationToken)
    {
        var properties = message is not null
            ? PushFields.Write(HeldMessage.WithTimeToLive(message, null), attempts, null, PushFields.Enqueued(held.Properties), expires: false)
            : new BasicProperties { MessageId = held.Properties.MessageId, ContentType = held.Properties.ContentType, DeliveryMode = DeliveryModes.Persistent };
        DeadFields.Write(properties, settlement, held.Home, clock.GetUtcNow());
        await publisher.PublishAsync("", QueueNames.Dead(queue), properties, held.Body, cancellationToken).ConfigureAwait(false);
        await held.AcknowledgeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps it back at the broker until its next attempt.</summary>
    public async ValueTask RetryAsync(HeldMessage held, QueueMessage message, int attempts, QueueSettlement settlement, TimeSpan? left, CancellationToken cancellationToken)
    {
        var delay = settlement.Delay < DelayLevels.Longest ? settlement.Delay : DelayLevels.Longest;
        if (left is { } time && time <= delay)
        {
            // It can't be begun in time any more.
            await DieAsync(held, message, attempts, QueueSettlement.Dead(DeadLetterReasons.Expired, settlement.Detail, settlement.ExceptionType), cancellationToken).ConfigureAwait(false);
            return;
        }

        var next = HeldMessage.WithTimeToLive(message, left - delay);
        var isNow = delay <= TimeSpan.Zero;
        var properties = PushFields.Write(next, attempts, settlement.Detail, PushFields.Enqueued(held.Properties), expires: isNow);
        if (!isNow) await topology.DeclareDelaysAsync(cancellationToken).ConfigureAwait(false);
        var (exchange, key) = isNow ? ("", queue) : DelayLevels.Route(delay, QueueNames.Word(queue));
        await publisher.PublishAsync(exchange, key, properties, held.Body, cancellationToken).ConfigureAwait(false);
        await held.AcknowledgeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts it where messages are handled one at a time.</summary>
    public async ValueTask SuspectAsync(HeldMessage held, QueueMessage message, CancellationToken cancellationToken)
    {
        var properties = PushFields.Write(message, held.AttemptsBefore, held.LastFailure, PushFields.Enqueued(held.Properties), expires: true);
        await publisher.PublishAsync("", QueueNames.Suspects(queue), properties, held.Body, cancellationToken).ConfigureAwait(false);
        await held.AcknowledgeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What remains of its time now, by its own and by the queue's.</summary>
    public TimeSpan? TimeLeft(HeldMessage held, QueueMessage message, QueuePolicy policy)
    {
        var own = message.TimeToLive;
        var ofQueue = policy.TimeToLive - clock.GetElapsedTime(held.ReceivedAt);
        return own is null ? ofQueue : ofQueue is null || own < ofQueue ? own : ofQueue;
    }
}
