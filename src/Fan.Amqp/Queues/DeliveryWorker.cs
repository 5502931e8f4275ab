using System.Collections.Concurrent;
using System.Threading.Channels;
using Fan.Amqp.Connections;
using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Amqp.Queues;

/// <summary>Handles what a link delivers. Several tasks run it at once.</summary>
internal sealed class DeliveryWorker(
    DeliverySettler settler,
    QueueSubscription subscription,
    AmqpHandledIds? handled,
    AttemptNotes notes,
    QueueHandler handler,
    Channel<HeldDelivery> deliveries,
    TimeProvider clock,
    ILogger logger,
    CancellationToken lost) : IDisposable
{
    // Half of the time after which the broker takes a message back from a consumer by default.
    private static readonly TimeSpan LongestInHand = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<HeldDelivery, Task> _waits = new();
    private readonly CancellationTokenSource _givenUp = new();

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await deliveries.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (deliveries.Reader.TryRead(out var held))
            {
                // What was not begun goes back with the channel.
                if (stopping.IsCancellationRequested || lost.IsCancellationRequested) continue;
                try
                {
                    if (!held.HasWaited && notes.Recall(held) is > 0 and var due) WaitInHand(held, due);
                    else await HandleAsync(held).ConfigureAwait(false);
                }
                catch (Exception error)
                {
                    // It is still in hand: with a broken link it goes back, on a whole one it must be given back.
                    BrokerLog.SettlingFailed(logger, subscription.Queue.ToString(), error.Message);
                    await TryGiveBackAsync(held).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Ends the waits for retries in hand; their messages go back.</summary>
    public void GiveUpWaits() => _givenUp.Cancel();

    public Task WaitsEndedAsync() => Task.WhenAll(_waits.Values);

    public void Dispose() => _givenUp.Dispose();

    private async ValueTask HandleAsync(HeldDelivery held)
    {
        QueueMessage message;
        try
        {
            message = held.Read(subscription.Queue.Service, clock);
        }
        catch (FanException error)
        {
            await settler.DieAsync(
                held,
                null,
                held.AttemptsBefore,
                QueueSettlement.Dead(DeadLetterReasons.BadMessage, error.Message, error.GetType().FullName),
                lost).ConfigureAwait(false);
            return;
        }

        if (held.IsSuspect)
        {
            await settler.SuspectAsync(held, message, lost).ConfigureAwait(false);
            return;
        }

        if (handled is not null && !await handled.TryBeginAsync(message.Id, lost).ConfigureAwait(false))
        {
            await held.AcknowledgeAsync(lost).ConfigureAwait(false);
            return;
        }

        QueueSettlement? settlement = null;
        if (held.Lane == Lane.Ordered) notes.Begin(held);
        try
        {
            settlement = await DecideAsync(held, message).ConfigureAwait(false);
        }
        finally
        {
            handled?.End(message.Id, settlement?.Outcome == QueueOutcome.Done);
        }

        await SettleAsync(held, message, settlement).ConfigureAwait(false);
    }

    private async ValueTask<QueueSettlement> DecideAsync(HeldDelivery held, QueueMessage message)
    {
        var delivery = new QueueDelivery
        {
            Queue = subscription.Queue,
            Message = message,
            Attempt = held.AttemptsBefore + 1,
            EnqueuedAt = PushFields.Enqueued(held.Properties),
            LastFailure = held.LastFailure,
        };
        try
        {
            return await handler(delivery, lost).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            return QueueSettlement.RetryAtOnce(error);
        }
    }

    private async ValueTask SettleAsync(HeldDelivery held, QueueMessage message, QueueSettlement settlement)
    {
        var attempts = held.AttemptsBefore + 1;
        switch (settlement.Outcome)
        {
            case QueueOutcome.Done:
                await held.AcknowledgeAsync(CancellationToken.None).ConfigureAwait(false);
                break;
            case QueueOutcome.Release:
                await held.GiveBackAsync(CancellationToken.None).ConfigureAwait(false);
                break;
            case QueueOutcome.Dead:
                // An attempt that was refused before it began is none.
                var died = settlement.Reason == DeadLetterReasons.Expired ? held.AttemptsBefore : attempts;
                await settler.DieAsync(held, message, died, settlement, lost).ConfigureAwait(false);
                break;
            default:
                var current = held.Read(subscription.Queue.Service, clock);
                var left = settler.TimeLeft(held, current, subscription.Policy);
                if (held.Lane == Lane.Ordered && (left is null || left > settlement.Delay))
                {
                    await RetryInOrderAsync(held, settlement).ConfigureAwait(false);
                    return;
                }

                await settler.RetryAsync(held, current, attempts, settlement, left, lost).ConfigureAwait(false);
                break;
        }

        if (settlement.Outcome != QueueOutcome.Release) notes.Forget(held);
    }

    // It comes again at once, before all others of its queue, and waits here for its time. So the broker has counted the attempt, whoever
    // goes on with it, and measures the time in which a consumer must settle a message for each attempt by itself.
    private async ValueTask RetryInOrderAsync(HeldDelivery held, QueueSettlement settlement)
    {
        var delay = settlement.Delay < LongestInHand ? settlement.Delay : LongestInHand;
        notes.Failed(held, clock.GetTimestamp() + (long)(delay.TotalSeconds * clock.TimestampFrequency), settlement.Detail);
        await held.GiveBackAsync(CancellationToken.None).ConfigureAwait(false);
    }

    // Nothing behind it is delivered meanwhile, so its key is held back.
    private void WaitInHand(HeldDelivery held, long due)
    {
        held.HasWaited = true;
        var left = clock.GetElapsedTime(clock.GetTimestamp(), due);
        var delay = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits[held] = WaitAsync(begin.Task);
        begin.SetResult();

        async Task WaitAsync(Task begun)
        {
            await begun.ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_givenUp.Token, lost);
            await Task.Delay(delay, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _waits.TryRemove(held, out _);
            // What can't be handled any more goes back with the channel.
            if (!either.IsCancellationRequested) deliveries.Writer.TryWrite(held);
        }
    }

    private static async ValueTask TryGiveBackAsync(HeldDelivery held)
    {
        try
        {
            await held.GiveBackAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The channel has ended, and the broker has it back already.
        }
    }
}
