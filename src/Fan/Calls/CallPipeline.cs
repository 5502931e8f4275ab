using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Fan.Commits;
using Fan.Context;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Routing;
using Fan.Security;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>The way of a call to another process: deadline, span, endpoint choice, encode, send, decode. Safe from any thread.</summary>
internal sealed partial class CallPipeline(
    string application,
    FanLimits limits,
    TimeSpan defaultTimeout,
    IEnumerable<IClientTransport> transports,
    PayloadCodecs codecs,
    CallTrees trees,
    CancellationPool cancellation, FanTelemetry telemetry, OutgoingHeaders outgoing, ICallerTokens? tokens)
{
    // An idempotent call that broke off is sent at most this often in all.
    private const int MaxSendings = 3;

    private const int MaxKept = 256;

    private readonly CallCodecs _forms = new(codecs);
    private readonly CallTimes _times = new(defaultTimeout);
    private readonly FreeList<Exchange> _exchanges = new(MaxKept);

    /// <summary>The kinds of network on which calls can leave.</summary>
    public TransportChoice Transports { get; } = new(transports);

    public PayloadCodecs Codecs => codecs;

    // Awaited once, by whoever called: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> CallAsync<TArgs, TResult>(
        ServiceRoute route,
        UnaryMethod<TArgs, TResult> method,
        TArgs args,
        string? shardKeys,
        TimeSpan? timeout,
        CancellationToken cancellationToken,
        PushDetails? push = null)
        where TArgs : struct
    {
        var context = CallContext.Current;
        var left = _times.For(context, route, method, timeout);
        var measure = telemetry.StartCall(route.Service, method.Name, FullName(route, method), ActivityKind.Client);
        var recorded = context.Recorder?.Begin(context.RecorderSpan, FullName(route, method), CallSpanKind.Client, application)
            ?? CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken, out var deadline);
        var exchange = _exchanges.Take() ?? new Exchange(limits);
        var tree = default(TreeScope);
        var moves = 0;
        Exception? failure = null;
        List<Endpoint>? tried = null;
        Endpoint? cutOff = null;
        var lacks = default(MissingMethod);
        var isChoosing = false;
        try
        {
            CallTimes.Require(left, route.Service, method);
            var beginning = trees.BeginAsync(context, route.Service, lease.Token);
            var waits = !beginning.IsCompleted;
            tree = await beginning.ConfigureAwait(false);
            if (method is INamedMethod && !route.IsLoaded)
            {
                // What its endpoints say of the method is known only now.
                await route.LoadedAsync(lease.Token).ConfigureAwait(false);
                waits = true;
                left = lease.Lengthen(left, _times.For(context, route, method, timeout), ref deadline);
            }

            var request = new RouteRequest(
                tree.Snapshot!, tree.Draw, context, shardKeys, trees.History, cancellationToken)
            {
                MayMove = tree.IsRoot
            };
            outgoing.FillCall(exchange.Call.Headers, request, measure.Activity, application, route.Range, left, push);
            for (var sendings = 1; ; sendings++)
            {
                isChoosing = true;
                var picking = route.PickAsync(request, tried, lease.Token);
                waits |= !picking.IsCompleted;
                Endpoint? endpoint;
                try
                {
                    endpoint = await picking.ConfigureAwait(false);
                }
                catch (FanException error) when (cutOff is not null && error is ServiceUnavailableException or CircuitOpenException)
                {
                    // Nobody else is there: what lost one connection may take the call on another.
                    tried!.Remove(cutOff);
                    cutOff = null;
                    sendings--;
                    continue;
                }

                isChoosing = false;
                if (endpoint is null)
                {
                    // A commit came, and the call was sent nowhere: it begins again on the newest snapshot.
                    tree.Dispose();
                    tree = default;
                    tree = await trees.BeginAsync(context, route.Service, lease.Token).ConfigureAwait(false);
                    request = request with { Snapshot = tree.Snapshot!, Draw = tree.Draw };
                    if (push is null) OutgoingHeaders.FillTree(exchange.Call.Headers, request);
                    (tried, lacks, waits) = (null, default, true);
                    sendings--;
                    continue;
                }

                var known = endpoint.FindMethod(method.Name);
                if (known is null && endpoint.Before is null)
                {
                    lacks.Note(endpoint, method.Name);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                    continue;
                }

                exchange.Encode(_forms.WriterFor(endpoint, known, route.Service, method, push is not null), method, args);
                var call = exchange.To(endpoint, method.Name);
                route.SayRanges(call.Headers, endpoint);
                if (tokens is not null) await AddTokenAsync(tokens, call, lease.Token).ConfigureAwait(false);
                if (waits || tried is not null || moves > 0 || tokens is not null) call.Headers.TimeToLive = deadline.Remaining;
                context.Recorder?.Over(recorded, endpoint.Description.Transport);
                var begun = endpoint.Load.Begin();
                try
                {
                    using var reply = await Transports[endpoint.Description.Transport].CallAsync(call, lease.Token).ConfigureAwait(false);
                    endpoint.Load.Succeeded();
                    return _forms.ReaderOf(reply.ContentType, method).ReadResult(new ReadOnlySequence<byte>(reply.Memory), method);
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
                catch (NoSuchServiceException error) when (error.IsOfEndpoint && IsAbout(error.Service, call.Service))
                {
                    // What answers there is somebody else.
                    endpoint.Load.Failed(error.Message, begun);
                    telemetry.Unreachable(route.Service);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                }
                catch (NoSuchMethodException error)
                    when (error.IsOfEndpoint && IsAbout(error.Service, call.Service) && IsAbout(error.Method, call.Method))
                {
                    lacks.Note(endpoint, error);
                    (tried ??= []).Add(endpoint);
                    sendings--;
                }
                catch (ShardMovedException error)
                {
                    // Nothing was done there. It ends with the time of the call.
                    tried = route.LeaveOutNamesake(endpoint, tried);
                    await route.MovedAsync(++moves, error, lease.Token).ConfigureAwait(false);
                    sendings--;
                }
                catch (Exception error)
                    when (sendings < MaxSendings && IsIdempotent(method, known) && CallFailure.IsBrokenOff(error, lease.Token))
                {
                    endpoint.Load.LastFailure = ExceptionText.MessageOf(error);
                    (tried ??= []).Add(endpoint);
                    request = request with { MayMove = false, WasSent = true };
                    if (error is ServiceUnavailableException { IsOfConnection: true }) cutOff = endpoint;
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
            failure = (isChoosing ? lacks.Explains(error, route, tried) : null)
                ?? Meant(error, route.Service, method, exchange.Call.Endpoint, left, lease, cancellationToken);
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

    /// <summary>Does something with a route that is no call, within the time that a call may take.</summary>
    public async ValueTask<T> WithinAsync<T>(
        ServiceRoute route,
        ServiceMethod method,
        TimeSpan? timeout,
        Func<CancellationToken, ValueTask<T>> work,
        CancellationToken cancellationToken)
    {
        var left = _times.For(CallContext.Current, route, method, timeout);
        var lease = cancellation.Rent(left, cancellationToken, out _);
        try
        {
            CallTimes.Require(left, route.Service, method);
            return await work(lease.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not FanException)
        {
            var failure = Meant(error, route.Service, method, null, left, lease, cancellationToken);
            if (ReferenceEquals(failure, error)) throw;
            throw failure;
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

    private static async ValueTask AddTokenAsync(ICallerTokens tokens, OutgoingCall call, CancellationToken cancellationToken) =>
        call.Headers.Authorization = await tokens.BearerAsync(
            new TokenRequest(call.Service, call.Method, call.Endpoint.Description.Transport, IsQueued: false),
            cancellationToken).ConfigureAwait(false);

    // By name the endpoint that it was sent to says what a contract says otherwise; a proxy says nothing of those behind it.
    private static bool IsIdempotent(ServiceMethod method, EndpointMethod? known) =>
        method.Description.Idempotent || (method is INamedMethod && known?.Idempotent == true);

    // An error that the service's own code passes on is not the endpoint's word.
    private static bool IsAbout(string told, string asked) => told == asked || told == HeaderText.Shorten(asked);

    private static void Note(Endpoint endpoint, EndpointUnreachableException error, int begun)
    {
        if (error.IsOfMethod) endpoint.Load.LastFailure = error.Message;
        else endpoint.Load.Failed(error.Message, begun);
    }

    private static Exception Meant(
        Exception error,
        string service,
        ServiceMethod method,
        Endpoint? endpoint,
        TimeSpan? left,
        in CancellationPool.Lease lease,
        CancellationToken caller)
    {
        // Of a proxy the caller knows nothing but by this.
        if (error is BadMessageException { Place: "reply", InnerException: not null } bad && endpoint?.Before is { } before)
        {
            return new BadMessageException(
                bad.Place,
                $"{bad.Message.TrimEnd('.')}; it came from the proxy '{endpoint.Service}', which stands before '{before}'.",
                bad);
        }

        if (error is FanException) return error;
        if (lease.TimedOut) return CallTimes.Over(service, method, left, error);
        // With the token that the caller knows.
        if (error is OperationCanceledException cancelled && caller.IsCancellationRequested)
            return cancelled.CancellationToken == caller ? error : new OperationCanceledException(error.Message, error, caller);
        return CallFailure.Of(error, service, method.Name, endpoint, lease.Token);
    }

    private static string FullName(ServiceRoute route, ServiceMethod method) =>
        method.FullName.Length > 0 ? method.FullName : $"{route.Service}/{method.Name}";
}
