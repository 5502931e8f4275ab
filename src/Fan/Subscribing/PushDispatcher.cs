using System.Buffers;
using Fan.Applications;
using Fan.Context;
using Fan.Messaging;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Subscribing;

/// <summary>Hands the deliveries of one queue to their target, and decides what becomes of them. Safe from any thread.</summary>
internal sealed class PushDispatcher(
    CallServer server,
    IPushTarget target,
    SubscriptionOptions options,
    HandlerWatch watch,
    QueueTelemetry telemetry,
    string transport,
    ILogger logger)
{
    public async ValueTask<QueueSettlement> HandleAsync(QueueDelivery delivery, CancellationToken cancellationToken)
    {
        var message = delivery.Message;
        var (settlement, error) = await DecideAsync(delivery, cancellationToken).ConfigureAwait(false);
        telemetry.Settled(delivery.Queue, transport, settlement);
        var name = $"{message.Service}/{HeaderText.Shorten(message.Method)}";
        if (settlement.Outcome == QueueOutcome.Retry)
        {
            QueueLog.Retrying(logger, name, delivery.Attempt, message.Id, settlement.Delay, settlement.Detail ?? "");
        }
        else if (settlement.Outcome == QueueOutcome.Dead)
        {
            QueueLog.Died(
                logger,
                error is null ? null : ExceptionText.ForLog(error),
                name,
                delivery.Attempt,
                message.Id,
                settlement.Reason!,
                settlement.Detail);
        }

        return settlement;
    }

    private async ValueTask<(QueueSettlement Settlement, Exception? Error)> DecideAsync(
        QueueDelivery delivery, CancellationToken cancellationToken)
    {
        var message = delivery.Message;
        // Only a consumer that dies in the attempt lets the count come this far.
        if (delivery.Attempt > options.MaxAttempts)
        {
            return (QueueSettlement.Dead(
                DeadLetterReasons.AttemptsExhausted,
                delivery.LastFailure ?? $"its consumer ended before it did, in the last of {delivery.Attempt - 1} attempts"), null);
        }

        if (message.TimeToLive <= TimeSpan.Zero)
        {
            return (QueueSettlement.Dead(
                DeadLetterReasons.Expired, delivery.LastFailure ?? "its time was over before an attempt could begin"), null);
        }

        if (target.Find(message.Method) is not { } method)
        {
            return (
                QueueSettlement.Dead(
                    DeadLetterReasons.NoSuchMethod,
                    $"'{message.Service}' has no push '{HeaderText.Shorten(message.Method)}' here; " +
                    $"it has {(target.Methods.Count == 0 ? "none" : string.Join(", ", target.Methods))}"),
                null);
        }

        MessageHeaders headers;
        try
        {
            headers = Headers(message);
        }
        catch (BadMessageException error)
        {
            return (QueueSettlement.Dead(DeadLetterReasons.BadMessage, ExceptionText.MessageOf(error), ExceptionText.TypeOf(error)), error);
        }

        var call = new IncomingCall
        {
            Payload = new ReadOnlySequence<byte>(message.Payload),
            ContentType = message.ContentType,
            Headers = headers,
            Transport = transport,
            // What is in memory was let in when it was accepted.
            IsTrusted = transport == LocalQueueTransport.TransportName,
            IsQueued = true,
        };
        if (!await watch.EnterAsync(cancellationToken).ConfigureAwait(false)) return (QueueSettlement.Release, null);
        try
        {
            // Away from the consumer's own task: a handler that blocks its thread must not keep that.
            var handling = Task.Run(
                () => server.HandleAsync(method, call, Describe(delivery), cancellationToken).AsTask(), CancellationToken.None);
            if (!await watch.EndsAsync(handling, delivery, cancellationToken).ConfigureAwait(false))
            {
                throw new TimeoutException(
                    $"The handler ignored its token, which was cancelled after {options.HandlingTimeout} at the latest, and still runs.");
            }

            await handling.ConfigureAwait(false);
            return (QueueSettlement.Done, null);
        }
        catch (PushRejectedException error)
        {
            return (QueueSettlement.Dead(DeadLetterReasons.Rejected, ExceptionText.MessageOf(error), ExceptionText.TypeOf(error)), error);
        }
        catch (FanException error) when (error is NotAuthenticatedException or AccessDeniedException && IsAbout(error, message))
        {
            return (
                QueueSettlement.Dead(DeadLetterReasons.AccessDenied, ExceptionText.MessageOf(error), ExceptionText.TypeOf(error)), error);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return (QueueSettlement.Release, null);
        }
        catch (Exception error)
            when (error is BadArgumentException or BadMessageException or LimitExceededException && !IsUnderstood(method, call))
        {
            return (QueueSettlement.Dead(DeadLetterReasons.BadMessage, ExceptionText.MessageOf(error), ExceptionText.TypeOf(error)), error);
        }
        catch (Exception error)
        {
            return delivery.Attempt >= options.MaxAttempts
                ? (QueueSettlement.Dead(
                    DeadLetterReasons.AttemptsExhausted, ExceptionText.MessageOf(error), ExceptionText.TypeOf(error)), error)
                : (QueueSettlement.Retry(
                    RetryBackoff.After(options, delivery.Attempt, Random.Shared.NextDouble()),
                    ExceptionText.MessageOf(error),
                    ExceptionText.TypeOf(error)), error);
        }
    }

    // What the handler calls may be refused as well, and another attempt may not be.
    private static bool IsAbout(FanException error, QueueMessage message) => error switch
    {
        NotAuthenticatedException refused => (refused.Service, refused.Method) == (message.Service, message.Method),
        AccessDeniedException refused => (refused.Service, refused.Method) == (message.Service, message.Method),
        _ => false,
    };

    // The same kinds of error may come from what the handler calls: then the message itself is sound.
    private bool IsUnderstood(ServedMethod method, IncomingCall call)
    {
        try
        {
            CallServer.RequireKeys(method, call);
            return server.Understands(method, call.Payload, call.ContentType);
        }
        catch (BadMessageException)
        {
            return false;
        }
    }

    private MessageHeaders Headers(QueueMessage message)
    {
        // The message's own are shared by all groups and attempts.
        var headers = new MessageHeaders();
        message.Headers.CopyTo(headers, static (copy, name, value) => copy.TrySet(name, value));
        headers.TimeToLive = options.HandlingTimeout;
        headers.Spans = null;
        return headers;
    }

    private DeliveredPush Describe(QueueDelivery delivery) => new(
        new PushInfo
        {
            MessageId = delivery.Message.Id,
            Group = delivery.Queue.Group,
            Attempt = delivery.Attempt,
            Key = delivery.Message.Key,
            EnqueuedAt = delivery.EnqueuedAt,
        },
        transport);
}
