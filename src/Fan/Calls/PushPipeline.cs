using System.Diagnostics;
using Fan.Calls;
using Fan.Context;
using Fan.Generated;
using Fan.Messaging;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Routing;
using Fan.Security;
using Fan.Serving;
using Fan.Settings;
using Fan.Versions;

namespace Fan.Calls;

/// <summary>The way of a push until it is accepted: options, span, choice of a route, encode, send. Safe from any thread.</summary>
internal sealed class PushPipeline(
    string application, FanLimits limits, TimeSpan defaultTimeout, QueueChoice choice, PayloadCodecs codecs, CancellationPool cancellation,
    QueueTelemetry telemetry, OutgoingHeaders outgoing, IEnumerable<IPushOutbox> outboxes, ICallerTokens? tokens, TimeProvider clock)
    : IPushAcceptor
{
    private static readonly PushOptions NoOptions = new();

    private readonly IPushOutbox[] _outboxes = [.. outboxes];

    /// <summary>Pushes; returns the id of the message when it is accepted.</summary>
    public async ValueTask<string> PushAsync<TArgs, TResult>(
        string service,
        UnaryMethod<TArgs, TResult> method,
        TArgs args,
        string? shardKeys,
        PushOptions? options,
        Func<ServiceRoute> route,
        CallPipeline calls,
        CancellationToken cancellationToken)
        where TArgs : struct
    {
        var details = (options ?? NoOptions).Resolve(clock);
        var context = CallContext.Current;
        var left = context.IsTimed
            ? context.Remaining
            : context.Deadline.Within(TimeLimit.Required(method.Description.Timeout ?? defaultTimeout));
        var measure = telemetry.StartSend(service, method.Name, details.Id);
        var recorded = CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken, out _);
        var buffer = new PayloadBuffer(limits.MaxPayloadBytes);
        Exception? failure = null;
        try
        {
            if (left <= TimeSpan.Zero) throw new DeadlineExceededException($"No time was left to push '{service}.{method.Name}'.");
            var queues = await choice.FindAsync(service, method.Name, lease.Token).ConfigureAwait(false);
            if (queues.Transport is not null)
            {
                // A push over an ordinary route is recorded as the call that it is.
                recorded = context.Recorder?.Begin(context.RecorderSpan, $"{service}/{method.Name}", CallSpanKind.Client, application)
                    ?? CallTrace.Root;
                codecs.Json.WriteArguments(buffer, method, args);
                var headers = outgoing.From(context, measure.Activity, application, shardKeys);
                if (tokens is not null && queues.Transport.Name != LocalQueueTransport.TransportName)
                {
                    headers.Authorization = await tokens.BearerAsync(
                        new TokenRequest(service, method.Name, queues.Transport.Name, IsQueued: true), lease.Token).ConfigureAwait(false);
                }

                context.Recorder?.Over(recorded, queues.Transport.Name);
                queues = await SendAsync(
                    queues,
                    Message(service, method.Name, details, headers, codecs.Json.ContentType, buffer.Written),
                    measure,
                    lease.Token).ConfigureAwait(false);
            }

            // The process that hosts the service puts it into its own queue.
            if (queues.Transport is null && Outbox is not null) throw InMemory(service);
            if (queues.Transport is null)
            {
                await calls.CallAsync(
                    route(), method, args, shardKeys, left ?? Timeout.InfiniteTimeSpan, lease.Token, details).ConfigureAwait(false);
            }

            return details.Id;
        }
        catch (OperationCanceledException error) when (lease.TimedOut)
        {
            failure = new DeadlineExceededException(
                $"The push '{service}.{method.Name}' (message {details.Id}) was not accepted within {left?.TotalSeconds:0.###} s; " +
                "whether it will be handled is unknown.",
                error);
            throw failure;
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            buffer.Dispose();
            lease.Dispose();
            context.Recorder?.End(recorded, failure);
            measure.End(failure);
        }
    }

    /// <summary>Takes a push that came over a route without queues into the queue of this application's own service.</summary>
    public async ValueTask AcceptAsync(
        string service,
        string method,
        MessageHeaders headers,
        string? contentType,
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken)
    {
        var details = PushDetails.From(headers, clock);
        var context = CallContext.Current;
        var measure = telemetry.StartSend(service, method, details.Id);
        Exception? failure = null;
        try
        {
            var own = outgoing.From(context, measure.Activity, headers.Caller ?? application, headers.ShardKeys);
            own.VersionRange = headers.VersionRange;
            var queues = await choice.FindAsync(service, method, cancellationToken).ConfigureAwait(false);
            if (queues.Transport is null) queues = choice.InMemory(service);
            var message = Message(service, method, details, own, contentType ?? codecs.Json.ContentType, payload);
            queues = await SendAsync(queues, message, measure, cancellationToken).ConfigureAwait(false);
            if (queues.Transport is null)
            {
                throw new ServiceUnavailableException(service, $"'{application}' does not host '{service}' and can't take pushes for it.");
            }
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            measure.End(failure);
        }
    }

    // The route on which it went in the end; none where it must go to the process that hosts the service.
    private async ValueTask<QueueRoute> SendAsync(
        QueueRoute queues, QueueMessage message, PushMeasure measure, CancellationToken cancellationToken)
    {
        while (queues.Transport is { } transport)
        {
            measure.Over(transport.Name);
            try
            {
                if (Outbox is not { } outbox) await transport.SendAsync(message, cancellationToken).ConfigureAwait(false);
                else if (!transport.IsDurable) throw InMemory(message.Service);
                else if (outbox.Keeps(transport)) await outbox.KeepAsync(transport, message, cancellationToken).ConfigureAwait(false);
                else await transport.SendAsync(message, cancellationToken).ConfigureAwait(false);
                return queues;
            }
            catch (NoSuchServiceException) when (!queues.IsCertain)
            {
                queues = choice.InMemory(message.Service);
            }
            catch (Exception error) when (Outbox is null && error is not FanException && !cancellationToken.IsCancellationRequested)
            {
                throw new ServiceUnavailableException(
                    message.Service,
                    $"The push '{message.Service}.{message.Method}' was not accepted over {transport.Name}: " +
                    $"{ExceptionText.TypeOf(error)}: {ExceptionText.MessageOf(error)}",
                    error);
            }
        }

        return queues;
    }

    // That of the transaction which the running code's pushes belong to.
    private IPushOutbox? Outbox
    {
        get
        {
            foreach (var outbox in _outboxes)
            {
                if (outbox.IsCurrent) return outbox;
            }

            return null;
        }
    }

    private static InvalidOperationException InMemory(string service) =>
        new($"The pushes of '{service}' go into the memory of a process, which takes no part in a transaction: add a queue transport, " +
            "such as the database's own, and route them over it (Fan:Routes).");

    private static QueueMessage Message(
        string service, string method, PushDetails details, MessageHeaders headers, string contentType, ReadOnlyMemory<byte> payload)
    {
        headers.MessageId = details.Id;
        return new QueueMessage
        {
            Id = details.Id,
            Service = service,
            Method = method,
            Headers = headers,
            ContentType = contentType,
            Payload = payload,
            Key = details.Key,
            Delay = details.Delay,
            TimeToLive = details.TimeToLive,
        };
    }
}
