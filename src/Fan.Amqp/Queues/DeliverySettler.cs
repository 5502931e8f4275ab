using Fan.Amqp.Connections;
using Fan.Brokers;
using Fan.Queues;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Queues;

/// <summary>
/// Does with messages in hand what was decided: whatever is to be kept is safe elsewhere before it leaves its place. Safe from any thread.
/// </summary>
internal sealed class DeliverySettler(PushPublisher publisher, QueueTopology topology, string queue, TimeProvider clock, ILogger logger)
{
    /// <summary>Makes the queues of the group that are missing; set by the one that consumes them.</summary>
    public Func<CancellationToken, Task>? Remake { get; set; }

    /// <summary>Makes it a dead letter.</summary>
    /// <param name="held">The message.</param>
    /// <param name="message">What it says; null where it can't be understood.</param>
    /// <param name="attempts">The attempts that there were.</param>
    /// <param name="settlement">Why.</param>
    /// <param name="lost">Cancelled when the message is not ours any more.</param>
    public async ValueTask DieAsync(
        HeldDelivery held, QueueMessage? message, int attempts, QueueSettlement settlement, CancellationToken lost)
    {
        var properties = message is not null
            ? PushFields.Write(
                HeldDelivery.WithTimeToLive(message, null), attempts, null, PushFields.Enqueued(held.Properties), expires: false)
            : new BasicProperties
            {
                MessageId = held.Properties.MessageId,
                ContentType = held.Properties.ContentType,
                DeliveryMode = DeliveryModes.Persistent
            };
        DeadFields.Write(properties, settlement, held.Home, clock.GetUtcNow());
        await MoveAsync(
            held, () => publisher.PublishAsync("", QueueNames.Dead(queue), properties, held.Body, lost), lost).ConfigureAwait(false);
    }

    /// <summary>Keeps it back at the broker until its next attempt.</summary>
    public async ValueTask RetryAsync(
        HeldDelivery held, QueueMessage message, int attempts, QueueSettlement settlement, TimeSpan? left, CancellationToken lost)
    {
        var delay = settlement.Delay < DelayLevels.Longest ? settlement.Delay : DelayLevels.Longest;
        if (left is { } time && time <= delay)
        {
            // It can't be begun in time any more.
            await DieAsync(
                held,
                message,
                attempts,
                QueueSettlement.Dead(DeadLetterReasons.Expired, settlement.Detail, settlement.ExceptionType),
                lost).ConfigureAwait(false);
            return;
        }

        var next = HeldDelivery.WithTimeToLive(message, left - delay);
        var isNow = delay <= TimeSpan.Zero;
        var properties = PushFields.Write(next, attempts, settlement.Detail, PushFields.Enqueued(held.Properties), expires: isNow);
        var (exchange, key) = isNow ? ("", queue) : DelayLevels.Route(delay, QueueNames.Word(queue));
        await MoveAsync(
            held,
            async () =>
            {
                if (!isNow) await topology.DeclareDelaysAsync(lost).ConfigureAwait(false);
                await publisher.PublishAsync(exchange, key, properties, held.Body, lost).ConfigureAwait(false);
            },
            lost).ConfigureAwait(false);
    }

    /// <summary>Puts it where messages are handled one at a time.</summary>
    public async ValueTask SuspectAsync(HeldDelivery held, QueueMessage message, CancellationToken lost)
    {
        var properties = PushFields.Write(
            message, held.AttemptsBefore, held.LastFailure, PushFields.Enqueued(held.Properties), expires: true);
        await MoveAsync(
            held, () => publisher.PublishAsync("", QueueNames.Suspects(queue), properties, held.Body, lost), lost).ConfigureAwait(false);
    }

    /// <summary>What remains of its time now, by its own and by the queue's.</summary>
    public TimeSpan? TimeLeft(HeldDelivery held, QueueMessage message, QueuePolicy policy)
    {
        var own = message.TimeToLive;
        var ofQueue = policy.TimeToLive - clock.GetElapsedTime(held.ReceivedAt);
        return own is null ? ofQueue : ofQueue is null || own < ofQueue ? own : ofQueue;
    }

    // What goes out has a connection of its own, which may be away longer than the one that brings messages. Until then the message stays
    // in hand: given back it would come again at once, and the broker counts each time as an attempt, until it buries what nobody has
    // tried.
    private async ValueTask MoveAsync(HeldDelivery held, Func<ValueTask> publish, CancellationToken lost)
    {
        var pause = new BackOff(clock);
        for (var isSafe = false; !isSafe;)
        {
            try
            {
                await publish().ConfigureAwait(false);
                isSafe = true;
            }
            catch (Exception error) when (!lost.IsCancellationRequested
                && error is BrokerAwayException or RabbitMQClientException or OperationCanceledException or IOException or TimeoutException)
            {
                BrokerLog.SettlingWaits(logger, queue, error.Message);
                if (error is PublishReturnException) await TryRemakeAsync(lost).ConfigureAwait(false);
                await pause.WaitAsync(lost).ConfigureAwait(false);
                lost.ThrowIfCancellationRequested();
            }
        }

        await held.AcknowledgeAsync(CancellationToken.None).ConfigureAwait(false);
    }

    // Where it goes is gone from the broker.
    private async ValueTask TryRemakeAsync(CancellationToken lost)
    {
        try
        {
            if (Remake is { } remake) await remake(lost).ConfigureAwait(false);
        }
        catch (Exception error)
            when (error is BrokerAwayException or RabbitMQClientException or OperationCanceledException or IOException or TimeoutException)
        {
            BrokerLog.SettlingWaits(logger, queue, error.Message);
        }
    }
}
