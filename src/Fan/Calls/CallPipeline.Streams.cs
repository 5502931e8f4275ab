using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Fan.Context;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Routing;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>Calls whose reply is a sequence.</summary>
internal sealed partial class CallPipeline
{
    public async IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        ServiceRoute route,
        StreamMethod<TArgs, TItem> method,
        TArgs args,
        string? shardKeys,
        TimeSpan? timeout,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        var context = CallContext.Current;
        // A sequence may be long on purpose: only a limit that somebody named ends it.
        var left = _times.For(context, route, method, timeout, otherwise: Timeout.InfiniteTimeSpan);
        var measure = telemetry.StartCall(route.Service, method.Name, FullName(route, method), ActivityKind.Client);
        var recorded = context.Recorder?.Begin(context.RecorderSpan, FullName(route, method), CallSpanKind.Client, application)
            ?? CallTrace.Root;
        var lease = cancellation.Rent(left, cancellationToken, out var deadline);
        var exchange = new Exchange(limits);
        var tree = new TreeHolder();
        Exception? failure = null;
        try
        {
            var items = SendStreamAsync(
                route,
                method,
                args,
                exchange,
                tree,
                new StreamStart(context, shardKeys, measure.Activity, recorded, left, deadline, cancellationToken),
                lease.Token).GetAsyncEnumerator(CancellationToken.None);
            await using var ending = items.ConfigureAwait(false);
            while (true)
            {
                TItem item;
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) break;
                    using var payload = items.Current;
                    item = _forms.ReaderOf(payload.ContentType, method).ReadResult(new ReadOnlySequence<byte>(payload.Memory), method);
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
            tree.End();
            exchange.Dispose();
            lease.Dispose();
            context.Recorder?.End(recorded, failure);
            measure.End(failure);
        }
    }

    private async IAsyncEnumerable<ReplyPayload> SendStreamAsync<TArgs, TItem>(
        ServiceRoute route,
        StreamMethod<TArgs, TItem> method,
        TArgs args,
        Exchange exchange,
        TreeHolder tree,
        StreamStart start,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        CallTimes.Require(start.Left, route.Service, method);
        var request = await BeginAsync().ConfigureAwait(false);
        outgoing.FillCall(exchange.Call.Headers, request, start.Activity, application, route.Range, start.Left, null);
        List<Endpoint>? tried = null;
        var lacks = default(MissingMethod);
        var moves = 0;
        while (true)
        {
            Endpoint? endpoint;
            try
            {
                endpoint = await route.PickAsync(request, tried, cancellationToken).ConfigureAwait(false);
            }
            catch (ServiceUnavailableException error) when (lacks.Explains(error, route, tried) is not null)
            {
                throw lacks.Error!;
            }

            if (endpoint is null)
            {
                // As a call does.
                tree.End();
                request = await BeginAsync().ConfigureAwait(false);
                OutgoingHeaders.FillTree(exchange.Call.Headers, request);
                (tried, lacks) = (null, default);
                continue;
            }

            var known = endpoint.FindMethod(method.Name);
            if (known is null && endpoint.Before is null)
            {
                lacks.Note(endpoint, method.Name);
                (tried ??= []).Add(endpoint);
                continue;
            }

            exchange.Encode(_forms.WriterFor(endpoint, known, route.Service, method, isPush: false), method, args);
            var call = exchange.To(endpoint, method.Name);
            route.SayRanges(call.Headers, endpoint);
            if (tokens is not null) await AddTokenAsync(tokens, call, cancellationToken).ConfigureAwait(false);
            call.Headers.TimeToLive = start.Deadline.Remaining;
            start.Context.Recorder?.Over(start.Recorded, endpoint.Description.Transport);
            var begun = endpoint.Load.Begin();
            try
            {
                var items = Transports[endpoint.Description.Transport].StreamAsync(call, cancellationToken)
                    .GetAsyncEnumerator(cancellationToken);
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
                catch (NoSuchServiceException error) when (error.IsOfEndpoint && IsAbout(error.Service, call.Service))
                {
                    endpoint.Load.Failed(error.Message, begun);
                    telemetry.Unreachable(route.Service);
                    (tried ??= []).Add(endpoint);
                    continue;
                }
                catch (NoSuchMethodException error)
                    when (error.IsOfEndpoint && IsAbout(error.Service, call.Service) && IsAbout(error.Method, call.Method))
                {
                    lacks.Note(endpoint, error);
                    (tried ??= []).Add(endpoint);
                    continue;
                }
                catch (ShardMovedException error)
                {
                    tried = route.LeaveOutNamesake(endpoint, tried);
                    await route.MovedAsync(++moves, error, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                endpoint.Load.Succeeded();
                for (; any; any = await items.MoveNextAsync().ConfigureAwait(false)) yield return items.Current;
                yield break;
            }
            finally
            {
                start.Context.Recorder?.Merge(start.Recorded, call.ReplySpans);
                endpoint.Load.End();
            }
        }

        async ValueTask<RouteRequest> BeginAsync()
        {
            var scope = await tree.BeginAsync(trees, start.Context, route.Service, cancellationToken).ConfigureAwait(false);
            return new RouteRequest(
                scope.Snapshot!, scope.Draw, start.Context, start.ShardKeys, trees.History, start.Caller)
            {
                MayMove = scope.IsRoot
            };
        }
    }
}
