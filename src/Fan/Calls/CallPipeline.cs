using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Fan.Commits;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Proxies;
using Fan.Queues;
using Fan.Routing;
using Fan.Security;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>The way of a call to another process: deadline, span, endpoint choice, encode, send, decode. Safe from any thread.</summary>
internal sealed class CallPipeline(
    string application, FanLimits limits, TimeSpan defaultTimeout, IEnumerable<IClientTransport> transports, PayloadCodecs codecs, CallTrees trees,
    CancellationPool cancellation, FanTelemetry telemetry, ICallerTokens? tokens)
{
    // An idempotent call that broke off is sent at most this often in all.
    private const int MaxSendings = 3;

    private const int MaxKept = 256;

    private readonly PassingCodec _passing = new();
    private readonly ContractAgreements _agreements = new();
    private readonly FreeList<Exchange> _exchanges = new(MaxKept);

    /// <summary>The kinds of network on which calls can leave.</summary>
    public TransportChoice Transports { get; } = new(transports);

    public PayloadCodecs Codecs => codecs;

    // Awaited once, by whoever called: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> CallAsync<TArgs, TResult>(
        ServiceRoute route, UnaryMethod<TArgs, TResult> method, TArgs args, string? shardKeys, TimeSpan? timeout, CancellationToken cancellationToken, PushDetails? push = null)
        where TArgs : struct
    {
        var context = CallContext.Current;
        var left = TimeFor(context, route, method, timeout);
        var measure = telemetry.StartCall(route.Service, method.Name, FullName(route, method), ActivityKind.Client);
        var recorded = context.Recorder?.Begin(context.RecorderSpan, FullName(route, method), CallSpanKind.Client, application) ?? CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken, out var deadline);
        var exchange = _exchanges.Take() ?? new Exchange(limits);
        var tree = default(TreeScope);
        var moves = 0;
        Exception? failure = null;
        List<Endpoint>? tried = null;
        var lacks = default(MissingMethod);
        try
        {
            RequireTime(left, route.Service, method);
            var beginning = trees.BeginAsync(context, route.Service, lease.Token);
            var waits = !beginning.IsCompleted;
            tree = await beginning.ConfigureAwait(false);
            var request = new RouteRequest(tree.Snapshot!, tree.Draw, context, shardKeys, trees.History, cancellationToken);
            Fill(exchange.Call.Headers, request, measure.Activity, route, left, push);
            for (var sendings = 1; ; sendings++)
            {
                var picking = route.PickAsync(request, tried, lease.Token);
                waits |= !picking.IsCompleted;
                var endpoint = await picking.ConfigureAwait(false);
                if (!endpoint.Offers(method.Name))
                {
                    lacks.Note(endpoint, route, method.Name);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                    continue;
                }

                if (waits || sendings > 1 || moves > 0) exchange.Call.Headers.TimeToLive = deadline.Remaining;
                exchange.Encode(CodecFor(endpoint, route.Service, method, push is not null), method, args);
                var call = exchange.To(endpoint, method.Name);
                if (tokens is not null) await AddTokenAsync(tokens, call, lease.Token).ConfigureAwait(false);
                context.Recorder?.Over(recorded, endpoint.Description.Transport);
                var begun = endpoint.Load.Begin();
                try
                {
                    using var reply = await Transports[endpoint.Description.Transport].CallAsync(call, lease.Token).ConfigureAwait(false);
                    endpoint.Load.Succeeded();
                    return ReaderOf(reply.ContentType, method).ReadResult(new ReadOnlySequence<byte>(reply.Memory), method);
                }
                catch (EndpointUnreachableException error)
                {
                    Note(endpoint, error, begun);
                    telemetry.Unreachable(route.Service);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                }
                catch (LeaseLostException error)
                {
                    // As if nobody were there.
                    endpoint.Load.Failed(error.Message, begun);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                }
                catch (NoSuchServiceException error) when (error.IsOfEndpoint)
                {
                    // What answers there is somebody else.
                    endpoint.Load.Failed(error.Message, begun);
                    telemetry.Unreachable(route.Service);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                }
                catch (NoSuchMethodException error) when (error.IsOfEndpoint)
                {
                    lacks.Note(endpoint, route, error);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                }
                catch (ShardMovedException)
                {
                    // Nothing was done there. It ends with the time of the call.
                    await route.MovedAsync(++moves, lease.Token).ConfigureAwait(false);
                    sendings--;
                }
                catch (Exception error) when (sendings < MaxSendings && IsIdempotent(method, route) && CallFailure.IsBrokenOff(error, lease.Token))
                {
                    endpoint.Load.LastFailure = ExceptionText.MessageOf(error);
                    (tried ??= []).Add(endpoint);
                }
                finally
                {
                    context.Recorder?.Merge(recorded, call.ReplySpans);
                    endpoint.Load.End();
                }
            }
        }
        catch (Exception error)
        {
            failure = lacks.Explains(error, tried) ?? Meant(error, route.Service, method, exchange.Call.Endpoint, left, lease, cancellationToken);
            if (ReferenceEquals(failure, error)) throw;
            throw failure;
        }
        finally
        {
            tree.Dispose();
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
        var left = TimeFor(context, route, method, timeout, otherwise: Timeout.InfiniteTimeSpan);
        var measure = telemetry.StartCall(route.Service, method.Name, FullName(route, method), ActivityKind.Client);
        var recorded = context.Recorder?.Begin(context.RecorderSpan, FullName(route, method), CallSpanKind.Client, application) ?? CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken, out var deadline);
        var exchange = new Exchange(limits);
        var tree = default(TreeScope);
        Exception? failure = null;
        try
        {
            try
            {
                RequireTime(left, route.Service, method);
                tree = await trees.BeginAsync(context, route.Service, lease.Token).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                failure = Meant(error, route.Service, method, null, left, lease, cancellationToken);
                if (ReferenceEquals(failure, error)) throw;
                throw failure;
            }

            var request = new RouteRequest(tree.Snapshot!, tree.Draw, context, shardKeys, trees.History, cancellationToken);
            Fill(exchange.Call.Headers, request, measure.Activity, route, left, null);
            var items = SendStreamAsync(
                route, method, args, exchange, request, recorded, deadline, lease.Token).GetAsyncEnumerator(CancellationToken.None);
            await using var ending = items.ConfigureAwait(false);
            while (true)
            {
                TItem item;
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) break;
                    using var payload = items.Current;
                    item = ReaderOf(payload.ContentType, method).ReadResult(new ReadOnlySequence<byte>(payload.Memory), method);
                }
                catch (Exception error)
                {
                    failure = Meant(error, route.Service, method, exchange.Call.Endpoint, left, lease, cancellationToken);
                    if (ReferenceEquals(failure, error)) throw;
                    throw failure;
                }

                yield return item;
            }
        }
        finally
        {
            tree.Dispose();
            exchange.Dispose();
            lease.Dispose();
            context.Recorder?.End(recorded, failure);
            measure.End(failure);
        }
    }

    private async IAsyncEnumerable<ReplyPayload> SendStreamAsync<TArgs, TItem>(
        ServiceRoute route, StreamMethod<TArgs, TItem> method, TArgs args, Exchange exchange, RouteRequest request, int recorded, Deadline deadline, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        List<Endpoint>? tried = null;
        var lacks = default(MissingMethod);
        var moves = 0;
        while (true)
        {
            Endpoint endpoint;
            try
            {
                endpoint = await route.PickAsync(request, tried, cancellationToken).ConfigureAwait(false);
            }
            catch (ServiceUnavailableException error) when (lacks.Explains(error, tried) is not null)
            {
                throw lacks.Error!;
            }

            if (!endpoint.Offers(method.Name))
            {
                lacks.Note(endpoint, route, method.Name);
                (tried ??= []).Add(endpoint);
                continue;
            }

            exchange.Encode(CodecFor(endpoint, route.Service, method, isPush: false), method, args);
            var call = exchange.To(endpoint, method.Name);
            if (tokens is not null) await AddTokenAsync(tokens, call, cancellationToken).ConfigureAwait(false);
            call.Headers.TimeToLive = deadline.Remaining;
            request.Context.Recorder?.Over(recorded, endpoint.Description.Transport);
            var begun = endpoint.Load.Begin();
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
                    Note(endpoint, error, begun);
                    telemetry.Unreachable(route.Service);
                    (tried ??= []).Add(endpoint);
                    continue;
                }
                catch (LeaseLostException error)
                {
                    endpoint.Load.Failed(error.Message, begun);
                    (tried ??= []).Add(endpoint);
                    continue;
                }
                catch (NoSuchServiceException error) when (error.IsOfEndpoint)
                {
                    endpoint.Load.Failed(error.Message, begun);
                    telemetry.Unreachable(route.Service);
                    (tried ??= []).Add(endpoint);
                    continue;
                }
                catch (NoSuchMethodException error) when (error.IsOfEndpoint)
                {
                    lacks.Note(endpoint, route, error);
                    (tried ??= []).Add(endpoint);
                    continue;
                }
                catch (ShardMovedException)
                {
                    await route.MovedAsync(++moves, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                endpoint.Load.Succeeded();
                for (; any; any = await items.MoveNextAsync().ConfigureAwait(false)) yield return items.Current;
                yield break;
            }
            finally
            {
                request.Context.Recorder?.Merge(recorded, call.ReplySpans);
                endpoint.Load.End();
            }
        }
    }

    /// <summary>Waits until the endpoints of a service are known, at most as long as a call may take.</summary>
    public async ValueTask LoadAsync(ServiceRoute route, ServiceMethod method, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (route.IsLoaded) return;
        var left = TimeFor(CallContext.Current, route, method, timeout);
        var lease = cancellation.Rent(left, cancellationToken, out _);
        try
        {
            RequireTime(left, route.Service, method);
            await route.LoadedAsync(lease.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (lease.TimedOut)
        {
            throw TimeIsOver(route.Service, method, left, error);
        }
        finally
        {
            lease.Dispose();
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

    private void Fill(MessageHeaders headers, in RouteRequest request, Activity? activity, ServiceRoute route, TimeSpan? left, PushDetails? push)
    {
        OutgoingHeaders.Fill(headers, request.Context, activity, application, request.Keys);
        headers.TimeToLive = left;
        headers.VersionRange = ReferenceEquals(route.Range, VersionRange.Any) ? null : route.Range.Text;
        headers.Spans = request.Context.Recorder is null ? null : "1";
        if (push is not null)
        {
            // It is handled in a call tree of its own, with the newest snapshot of that time.
            (headers.MessageId, headers.Key, headers.Delay, headers.Lifetime) = (push.Id, push.Key, push.Delay, push.TimeToLive);
        }
        else if (request.Snapshot.Number > 0)
        {
            // Until something was committed there is one snapshot only.
            (headers.Snapshot, headers.Draw) = (request.Snapshot.Number, request.Draw);
        }
    }

    private static async ValueTask AddTokenAsync(ICallerTokens tokens, OutgoingCall call, CancellationToken cancellationToken) =>
        call.Headers.Authorization = await tokens.BearerAsync(new TokenRequest(call.Service, call.Method, call.Endpoint.Description.Transport, IsQueued: false), cancellationToken).ConfigureAwait(false);

    // Whoever is nearest to the caller says it: the call, the context, the method, the application. What an outer call has left bounds all of them.
    private TimeSpan? TimeFor(CallContext context, ServiceRoute route, ServiceMethod method, TimeSpan? timeout, TimeSpan? otherwise = null)
    {
        if (timeout is { } asked) return context.Deadline.Within(TimeLimit.Required(asked));
        if (context.IsTimed) return context.Remaining;
        var own = method is INamedMethod ? route.Published(method.Name)?.Timeout : method.Description.Timeout;
        return context.Deadline.Within(TimeLimit.Required(own ?? otherwise ?? defaultTimeout));
    }

    // By name the endpoints say what a contract says otherwise.
    private static bool IsIdempotent(ServiceMethod method, ServiceRoute route) =>
        method.Description.Idempotent || (method is INamedMethod && route.Published(method.Name)?.Idempotent == true);

    private static void Note(Endpoint endpoint, EndpointUnreachableException error, int begun)
    {
        if (error.IsOfMethod) endpoint.Load.LastFailure = error.Message;
        else endpoint.Load.Failed(error.Message, begun);
    }

    private static Exception Meant(Exception error, string service, ServiceMethod method, Endpoint? endpoint, TimeSpan? left, in CancellationPool.Lease lease, CancellationToken caller)
    {
        if (error is FanException) return error;
        if (lease.TimedOut) return TimeIsOver(service, method, left, error);
        // With the token that the caller knows.
        if (error is OperationCanceledException cancelled && caller.IsCancellationRequested)
            return cancelled.CancellationToken == caller ? error : new OperationCanceledException(error.Message, error, caller);
        return CallFailure.Of(error, service, method.Name, endpoint, lease.Token);
    }

    private static string FullName(ServiceRoute route, ServiceMethod method) =>
        method.FullName.Length > 0 ? method.FullName : $"{route.Service}/{method.Name}";

    private static void RequireTime(TimeSpan? left, string service, ServiceMethod method)
    {
        if (left <= TimeSpan.Zero) throw TimeIsOver(service, method, left, null);
    }

    private static DeadlineExceededException TimeIsOver(string service, ServiceMethod method, TimeSpan? left, Exception? inner) =>
        new(left is not { } limit || limit <= TimeSpan.Zero ? $"No time was left to call '{service}.{method.Name}'." : $"'{service}.{method.Name}' gave no reply within {limit.TotalSeconds:0.###} s.", inner);

    private PayloadCodec ReaderOf(string? contentType, ServiceMethod method)
    {
        var codec = codecs.For(contentType);
        return method is IPassedOn ? _passing : codec;
    }

    // JSON, unless both the endpoint and this contract say that they have the compact form of the method.
    private PayloadCodec CodecFor(Endpoint endpoint, string service, ServiceMethod method, bool isPush)
    {
        // What a proxy stands before has the methods, and it reads JSON.
        if (endpoint.Before is not null) return method is IPassedOn ? _passing : codecs.Json;
        if (endpoint.FindMethod(method.Name) is not { } known) return codecs.Json;
        if (isPush && known.Kind != MethodKind.Push) throw PushErrors.NoPush(service, method.Name);
        if (method is IPassedOn) return _passing;
        // Names tell what stands in JSON, so where contracts may differ it is the safe one.
        return _agreements.IsKnownToFit(method, endpoint, known) && known.ContentType is MediaTypes.Compact && codecs.Compact.Carries(method) ? codecs.Compact : codecs.Json;
    }
}
