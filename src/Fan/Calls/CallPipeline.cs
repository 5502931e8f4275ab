using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Queues;
using Fan.Routing;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>The way of a call to another process: deadline, span, endpoint choice, encode, send, decode. Safe from any thread.</summary>
internal sealed class CallPipeline(
    string application, FanLimits limits, TimeSpan defaultTimeout, IEnumerable<IClientTransport> transports, PayloadCodecs codecs,
    CancellationPool cancellation, FanTelemetry telemetry)
{
    // An idempotent call that broke off is sent at most this often in all.
    private const int MaxSendings = 3;

    /// <summary>The kinds of network on which calls can leave.</summary>
    public TransportChoice Transports { get; } = new(transports);

    public PayloadCodecs Codecs => codecs;

    public async ValueTask<TResult> CallAsync<TArgs, TResult>(
        ServiceRoute route, UnaryMethod<TArgs, TResult> method, TArgs args, string? shardKeys, TimeSpan? timeout, CancellationToken cancellationToken, PushDetails? push = null)
        where TArgs : struct
    {
        var context = CallContext.Current;
        var left = TimeFor(context, method, timeout);
        var measure = telemetry.StartCall(route.Service, method.Name, FullName(route, method), ActivityKind.Client);
        var recorded = context.Recorder?.Begin(context.RecorderSpan, FullName(route, method), CallSpanKind.Client, application) ?? CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken);
        var buffer = new PayloadBuffer(limits.MaxPayloadBytes);
        Exception? failure = null;
        try
        {
            RequireTime(left, route.Service, method);
            var codec = codecs.Json;
            codec.WriteArguments(buffer, method, args);
            using var reply = await SendAsync(route, method, buffer, codec.ContentType, context, measure.Activity, recorded, shardKeys, Deadline.In(left, cancellation.Clock), push, lease.Token).ConfigureAwait(false);
            return codecs.For(reply.ContentType).ReadValue<TResult>(new ReadOnlySequence<byte>(reply.Memory));
        }
        catch (OperationCanceledException error) when (lease.TimedOut)
        {
            failure = TimeIsOver(route.Service, method, left, error);
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

    public async IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        ServiceRoute route, StreamMethod<TArgs, TItem> method, TArgs args, string? shardKeys, TimeSpan? timeout, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        var context = CallContext.Current;
        // A sequence may be long on purpose: only a limit that somebody named ends it.
        var named = timeout ?? method.Description.Timeout;
        TimeSpan? left = named is { } limit ? context.Deadline.Within(limit) : context.Remaining;
        var measure = telemetry.StartCall(route.Service, method.Name, FullName(route, method), ActivityKind.Client);
        var recorded = context.Recorder?.Begin(context.RecorderSpan, FullName(route, method), CallSpanKind.Client, application) ?? CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken);
        var buffer = new PayloadBuffer(limits.MaxPayloadBytes);
        Exception? failure = null;
        try
        {
            var items = SendStreamAsync(
                route, method, args, buffer, context, measure.Activity, recorded, shardKeys, left is { } time ? Deadline.In(time, cancellation.Clock) : default, lease.Token).GetAsyncEnumerator(CancellationToken.None);
            await using var ending = items.ConfigureAwait(false);
            while (true)
            {
                TItem item;
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) break;
                    using var payload = items.Current;
                    item = codecs.For(payload.ContentType).ReadValue<TItem>(new ReadOnlySequence<byte>(payload.Memory));
                }
                catch (OperationCanceledException error) when (lease.TimedOut)
                {
                    failure = TimeIsOver(route.Service, method, left ?? TimeSpan.Zero, error);
                    throw failure;
                }
                catch (Exception error)
                {
                    failure = error;
                    throw;
                }

                yield return item;
            }
        }
        finally
        {
            buffer.Dispose();
            lease.Dispose();
            context.Recorder?.End(recorded, failure);
            measure.End(failure);
        }
    }

    // Awaited once, at the one place above: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReplyPayload> SendAsync(
        ServiceRoute route, ServiceMethod method, PayloadBuffer payload, string contentType, CallContext context, Activity? activity, int recorded,
        string? shardKeys, Deadline deadline, PushDetails? push, CancellationToken cancellationToken)
    {
        List<Endpoint>? tried = null;
        for (var sendings = 1; ; sendings++)
        {
            var endpoint = await route.PickAsync(tried, cancellationToken).ConfigureAwait(false);
            RequireMethod(endpoint, route.Service, method, push is not null);
            var call = Outgoing(endpoint, route, method, payload, contentType, Headers(context, activity, route, shardKeys, deadline.Remaining, push));
            endpoint.Load.Begin();
            try
            {
                var reply = await Transports[endpoint.Description.Transport].CallAsync(call, cancellationToken).ConfigureAwait(false);
                endpoint.Load.Succeeded();
                return reply;
            }
            catch (EndpointUnreachableException error)
            {
                endpoint.Load.Failed(error.Message);
                telemetry.Unreachable(route.Service);
                (tried ??= []).Add(endpoint);
            }
            catch (ServiceUnavailableException error) when (method.Description.Idempotent && sendings < MaxSendings)
            {
                endpoint.Load.LastFailure = error.Message;
                (tried ??= []).Add(endpoint);
            }
            finally
            {
                context.Recorder?.Merge(recorded, call.ReplySpans);
                endpoint.Load.End();
            }
        }
    }

    private async IAsyncEnumerable<ReplyPayload> SendStreamAsync<TArgs, TItem>(
        ServiceRoute route, StreamMethod<TArgs, TItem> method, TArgs args, PayloadBuffer payload, CallContext context, Activity? activity, int recorded,
        string? shardKeys, Deadline deadline, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        codecs.Json.WriteArguments(payload, method, args);
        List<Endpoint>? tried = null;
        while (true)
        {
            var endpoint = await route.PickAsync(tried, cancellationToken).ConfigureAwait(false);
            RequireMethod(endpoint, route.Service, method);
            var call = Outgoing(endpoint, route, method, payload, codecs.Json.ContentType, Headers(context, activity, route, shardKeys, deadline.Remaining));
            endpoint.Load.Begin();
            try
            {
                var items = Transports[endpoint.Description.Transport].StreamAsync(call, cancellationToken).GetAsyncEnumerator(cancellationToken);
                await using var ending = items.ConfigureAwait(false);
                bool any;
                try
                {
                    any = await items.MoveNextAsync().ConfigureAwait(false);
                }
                catch (EndpointUnreachableException error)
                {
                    endpoint.Load.Failed(error.Message);
                    telemetry.Unreachable(route.Service);
                    (tried ??= []).Add(endpoint);
                    continue;
                }

                endpoint.Load.Succeeded();
                for (; any; any = await items.MoveNextAsync().ConfigureAwait(false)) yield return items.Current;
                yield break;
            }
            finally
            {
                context.Recorder?.Merge(recorded, call.ReplySpans);
                endpoint.Load.End();
            }
        }
    }

    private OutgoingCall Outgoing(Endpoint endpoint, ServiceRoute route, ServiceMethod method, PayloadBuffer payload, string contentType, MessageHeaders headers) => new()
    {
        Endpoint = endpoint,
        Service = route.Service,
        Method = method.Name,
        Payload = payload.Written,
        ContentType = contentType,
        Headers = headers,
        Limits = limits,
    };

    private MessageHeaders Headers(CallContext context, Activity? activity, ServiceRoute route, string? shardKeys, TimeSpan? left, PushDetails? push = null)
    {
        var headers = OutgoingHeaders.From(context, activity, application, shardKeys);
        headers.TimeToLive = left;
        headers.VersionRange = ReferenceEquals(route.Range, VersionRange.Any) ? null : route.Range.Text;
        headers.Spans = context.Recorder is null ? null : "1";
        if (push is not null) (headers.MessageId, headers.Key, headers.Delay, headers.Lifetime) = (push.Id, push.Key, push.Delay, push.TimeToLive);
        return headers;
    }

    private TimeSpan TimeFor(CallContext context, ServiceMethod method, TimeSpan? timeout) =>
        context.Deadline.Within(timeout ?? method.Description.Timeout ?? defaultTimeout);

    private static string FullName(ServiceRoute route, ServiceMethod method) =>
        method.FullName.Length > 0 ? method.FullName : $"{route.Service}/{method.Name}";

    private static void RequireTime(TimeSpan left, string service, ServiceMethod method)
    {
        if (left <= TimeSpan.Zero) throw TimeIsOver(service, method, left, null);
    }

    private static DeadlineExceededException TimeIsOver(string service, ServiceMethod method, TimeSpan left, Exception? inner) =>
        new(left <= TimeSpan.Zero ? $"No time was left to call '{service}.{method.Name}'." : $"'{service}.{method.Name}' gave no reply within {left.TotalSeconds:0.###} s.", inner);

    private static void RequireMethod(Endpoint endpoint, string service, ServiceMethod method, bool isPush = false)
    {
        if (endpoint.FindMethod(method.Name) is not { } found)
            throw CallServer.NoSuchMethod($"{service} {endpoint.Version}", method.Name, [.. endpoint.Description.Methods.Select(m => m.Name).Order(StringComparer.Ordinal)]);
        if (isPush && found.Kind != MethodKind.Push) throw PushErrors.NoPush(service, method.Name);
    }
}
