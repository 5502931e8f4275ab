using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
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

    private const int MaxKept = 256;

    private readonly FreeList<Exchange> _exchanges = new(MaxKept);

    /// <summary>The kinds of network on which calls can leave.</summary>
    public TransportChoice Transports { get; } = new(transports);

    public PayloadCodecs Codecs => codecs;

    // Awaited once, by whoever called: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> CallAsync<TArgs, TResult>(
        ServiceRoute route, UnaryMethod<TArgs, TResult> method, TArgs args, string? shardKeys, TimeSpan? timeout, CancellationToken cancellationToken)
        where TArgs : struct
    {
        var context = CallContext.Current;
        var left = TimeFor(context, method, timeout);
        var measure = telemetry.StartCall(route.Service, method.Name, FullName(route, method), ActivityKind.Client);
        var recorded = context.Recorder?.Begin(context.RecorderSpan, FullName(route, method), CallSpanKind.Client, application) ?? CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken, out var deadline);
        var exchange = _exchanges.Take() ?? new Exchange(limits);
        Exception? failure = null;
        List<Endpoint>? tried = null;
        try
        {
            RequireTime(left, route.Service, method);
            Fill(exchange.Call.Headers, context, measure.Activity, route, shardKeys, left);
            for (var sendings = 1; ; sendings++)
            {
                var picking = route.PickAsync(tried, lease.Token);
                var waits = !picking.IsCompleted;
                var endpoint = await picking.ConfigureAwait(false);
                if (waits || sendings > 1) exchange.Call.Headers.TimeToLive = deadline.Remaining;
                exchange.Encode(CodecFor(endpoint, route.Service, method), method, args);
                var call = exchange.To(endpoint, route.Service, method.Name);
                endpoint.Load.Begin();
                try
                {
                    using var reply = await Transports[endpoint.Description.Transport].CallAsync(call, lease.Token).ConfigureAwait(false);
                    endpoint.Load.Succeeded();
                    return codecs.For(reply.ContentType).ReadResult(new ReadOnlySequence<byte>(reply.Memory), method);
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
            Return(exchange, failure);
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
        var lease = cancellation.Rent(left, cancellationToken, out var deadline);
        var exchange = new Exchange(limits);
        Exception? failure = null;
        try
        {
            Fill(exchange.Call.Headers, context, measure.Activity, route, shardKeys, left);
            var items = SendStreamAsync(
                route, method, args, exchange, context, recorded, deadline, lease.Token).GetAsyncEnumerator(CancellationToken.None);
            await using var ending = items.ConfigureAwait(false);
            while (true)
            {
                TItem item;
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) break;
                    using var payload = items.Current;
                    item = codecs.For(payload.ContentType).ReadResult(new ReadOnlySequence<byte>(payload.Memory), method);
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
            exchange.Dispose();
            lease.Dispose();
            context.Recorder?.End(recorded, failure);
            measure.End(failure);
        }
    }

    private async IAsyncEnumerable<ReplyPayload> SendStreamAsync<TArgs, TItem>(
        ServiceRoute route, StreamMethod<TArgs, TItem> method, TArgs args, Exchange exchange, CallContext context, int recorded, Deadline deadline, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        List<Endpoint>? tried = null;
        while (true)
        {
            var endpoint = await route.PickAsync(tried, cancellationToken).ConfigureAwait(false);
            exchange.Encode(CodecFor(endpoint, route.Service, method), method, args);
            var call = exchange.To(endpoint, route.Service, method.Name);
            call.Headers.TimeToLive = deadline.Remaining;
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

    // What a failed call leaves behind may still be looked at by a transport that is about to give it up.
    private void Return(Exchange exchange, Exception? failure)
    {
        if (failure is null)
        {
            exchange.Reset();
            if (_exchanges.TryKeep(exchange)) return;
        }

        exchange.Dispose();
    }

    private void Fill(MessageHeaders headers, CallContext context, Activity? activity, ServiceRoute route, string? shardKeys, TimeSpan? left)
    {
        activity ??= Activity.Current;
        headers.TraceParent = activity is null ? context.TraceParent : TraceParent.Format(activity);
        headers.TraceState = activity is null ? context.TraceState : activity.TraceStateString;
        if (activity is not null || context.Baggage.Count > 0) headers.Baggage = Baggage.Format(AllBaggage(context, activity));
        headers.TimeToLive = left;
        headers.VersionRange = ReferenceEquals(route.Range, VersionRange.Any) ? null : route.Range.Text;
        headers.ShardKeys = shardKeys;
        headers.Caller = application;
        headers.User = context.User;
        headers.Spans = context.Recorder is null ? null : "1";
    }

    private static IEnumerable<KeyValuePair<string, string?>> AllBaggage(CallContext context, Activity? activity)
    {
        foreach (var (key, value) in context.Baggage) yield return new(key, value);
        if (activity is null) yield break;
        foreach (var member in activity.Baggage)
        {
            if (!context.Baggage.ContainsKey(member.Key)) yield return member;
        }
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

    // JSON, unless both the endpoint and this contract say that they have the compact form of the method.
    private PayloadCodec CodecFor(Endpoint endpoint, string service, ServiceMethod method)
    {
        var known = endpoint.FindMethod(method.Name) ??
            throw CallServer.NoSuchMethod($"{service} {endpoint.Version}", method.Name, [.. endpoint.Description.Methods.Select(m => m.Name).Order(StringComparer.Ordinal)]);
        return method.IsCompact && known.ContentType is MediaTypes.Compact ? codecs.Compact : codecs.Json;
    }
}
