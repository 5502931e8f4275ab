using System.Buffers;
using System.IO.Pipelines;
using Fan.Generated;
using Fan.Http.Arguments;
using Fan.Http.Foreign;
using Fan.Http.OpenApi;
using Fan.Http.Origins;
using Fan.Http.Templates;
using Fan.Messaging;
using Fan.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Serving;

/// <summary>Serves requests: finds the method, reads the arguments, and writes the reply or the problem. Safe from any thread.</summary>
internal sealed class CallDispatcher(CallServer server, TemplateTable routes, LameDuck leaving, RequestCaller caller, OriginGuard origins)
{
    private static readonly ReadOnlySequence<byte> NoArguments = new("{}"u8.ToArray());

    private readonly OpenApiDocument _document = new(server);

    /// <summary>Serves one request; never fails itself.</summary>
    public Task ServeAsync(IFeatureCollection features)
    {
        leaving.OnRequest(features);
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        var visitor = origins.Look(request.Headers);
        if (visitor.Reason is not null) return RefuseAsync(features, request, visitor);
        if (origins.Cors is { } cors)
        {
            cors.Allow(features.GetRequiredFeature<IHttpResponseFeature>().Headers, visitor.Origin);
            if (visitor.Origin is not null && CrossOrigin.IsPreflight(request))
            {
                cors.AnswerPreflight(features, request, routes.Verbs);
                return Task.CompletedTask;
            }
        }

        return routes.TryFindPlain(request.Path, out var method) && request.Method == HttpMethods.Post
            ? ServeAsync(features, request, new RouteMatch(method, null, null), visitor.IsPage)
            : FindAndServeAsync(features, request, visitor.IsPage);
    }

    private async Task RefuseAsync(IFeatureCollection features, IHttpRequestFeature request, Visitor visitor)
    {
        var error = new WireError { Code = ErrorCodes.AccessDenied, Message = visitor.Reason!, Place = visitor.Place };
        server.Refused(error, (string?)request.Headers.Origin ?? "a page", request.Path, "http");
        await ProblemReply.WriteAsync(features, error).ConfigureAwait(false);
    }

    private async Task FindAndServeAsync(IFeatureCollection features, IHttpRequestFeature request, bool isOfPage)
    {
        RouteMatch? match;
        IReadOnlyList<string> allowed;
        var path = RawPath(request);
        try
        {
            match = routes.Find(request.Method, path, out allowed);
        }
        catch (Exception error)
        {
            await ProblemReply.WriteAsync(features, server.Describe(error)).ConfigureAwait(false);
            return;
        }

        if (match is { } found) await ServeAsync(features, request, found, isOfPage).ConfigureAwait(false);
        else if (allowed.Count > 0) await ProblemReply.WrongVerbAsync(features, allowed).ConfigureAwait(false);
        else if (path == OpenApiDocument.Path) await OpenApiReply.WriteAsync(features, request.Method, _document).ConfigureAwait(false);
        else await ProblemReply.NotFoundAsync(features).ConfigureAwait(false);
    }

    private async Task ServeAsync(IFeatureCollection features, IHttpRequestFeature request, RouteMatch match, bool isOfPage)
    {
        var aborted = features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        IncomingCall? call = null;
        try
        {
            var headers = RequestHeaders.Read(request.Headers, server.Limits);
            headers.ShardKeys = match.ShardKeys ?? headers.ShardKeys;
            var contentType = (string?)request.Headers.ContentType;
            var body = features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false
                ? null
                : features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
            var bytes = body is null
                ? default
                : await RequestBody.ReadAsync(body, request.Headers.ContentLength, server.Limits).ConfigureAwait(false);
            var end = bytes.End;
            PayloadBuffer? converted = null;
            try
            {
                BodyType.Require(contentType, request.Headers, match.Method.Method.Description, bytes, isOfPage);
                if (match.PathArguments is not null || BodyType.IsForm(contentType))
                {
                    converted = await ArgumentsReader.ReadAsync(
                        match, request, contentType, bytes, server.Limits, aborted).ConfigureAwait(false);
                    (bytes, contentType) = (new(converted.Written), null);
                }

                // Replies are JSON here, and so are requests.
                if (contentType == MediaTypes.Compact)
                {
                    throw new BadMessageException("content-type", $"{MediaTypes.Compact} is not taken over HTTP; send {MediaTypes.Json}.");
                }

                call = new IncomingCall
                {
                    Payload = bytes.IsEmpty ? NoArguments : bytes,
                    ContentType = bytes.IsEmpty ? null : contentType,
                    Headers = headers,
                    Transport = "http",
                    Principal = caller.Of(features)
                };
                if (match.Method.Method is IStreamMethod)
                {
                    await ServeStreamAsync(features, match.Method, call, OtHeaders.AreIn(request.Headers), aborted).ConfigureAwait(false);
                }
                else
                {
                    await ServeUnaryAsync(features, match.Method, call, aborted).ConfigureAwait(false);
                }
            }
            finally
            {
                converted?.Dispose();
                // A read that is not ended would cost the connection.
                body?.AdvanceTo(end);
                body?.Complete();
            }
        }
        catch (Exception error) when (aborted.IsCancellationRequested && !IsBrokenBody(error))
        {
            // Nobody is there to be told; what the implementation threw is in the log.
        }
        catch (Exception error)
        {
            var isBroken = IsBrokenBody(error);
            // Nothing can be read behind such a body. Left open, Kestrel would try to, and log a stack.
            if (isBroken && RequestHeaders.IsOfHttp1(request))
            {
                features.GetRequiredFeature<IHttpResponseFeature>().Headers.Connection = "close";
            }

            await FailAsync(features, server.Describe(error, call), call?.ReplySpans).ConfigureAwait(false);
            if (isBroken && (aborted.IsCancellationRequested || error.InnerException is ConnectionResetException))
            {
                features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
            }
        }
    }

    private static bool IsBrokenBody(Exception error) => error is BadMessageException { Place: "body", InnerException: IOException };

    private async ValueTask ServeUnaryAsync(IFeatureCollection features, ServedMethod method, IncomingCall call, CancellationToken aborted)
    {
        using var reply = new PayloadBuffer(server.Limits.MaxPayloadBytes);
        await server.ServeAsync(method, call, reply, aborted).ConfigureAwait(false);
        await UnaryReply.WriteAsync(features, method.Method.Description, call, reply.Written).ConfigureAwait(false);
    }

    private async ValueTask ServeStreamAsync(
        IFeatureCollection features, ServedMethod method, IncomingCall call, bool asArray, CancellationToken aborted)
    {
        using var lines = new LineSink(features, server.Limits.MaxPayloadBytes, asArray);
        try
        {
            await server.ServeStreamAsync(method, call, lines, aborted).ConfigureAwait(false);
            await lines.EndAsync(call.ReplySpans).ConfigureAwait(false);
        }
        catch (Exception error) when (lines.IsStarted && !asArray && !aborted.IsCancellationRequested)
        {
            await lines.FailAsync(server.Describe(error, call), call.ReplySpans).ConfigureAwait(false);
        }
    }

    private static async ValueTask FailAsync(IFeatureCollection features, WireError error, string? spans)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        // A reply that has begun can't become an error any more, also where it still stands in the writer: breaking it off tells the caller
        // that it is not whole.
        if (response.HasStarted
            || response.Headers.ContentLength is not null
            || features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
        {
            features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
            return;
        }

        if (spans is not null) response.Headers[HeaderNames.Spans] = spans;
        await ProblemReply.WriteAsync(features, error).ConfigureAwait(false);
    }

    // Segments are told apart before they are decoded, so that an encoded slash stays within its argument.
    private static string RawPath(IHttpRequestFeature request)
    {
        var target = request.RawTarget;
        var path = target.AsSpan();
        if (!target.StartsWith('/'))
        {
            // With the host before it, as it comes to proxies: Kestrel has decoded its own form of the path once.
            if (target.IndexOf("://", StringComparison.Ordinal) is not (> 0 and var end)) return request.Path;
            path = path[(end + 3)..];
            path = path.IndexOfAny('/', '?', '#') is >= 0 and var root && path[root] == '/' ? path[root..] : "/";
        }

        if (path.IndexOfAny('?', '#') is >= 0 and var query) path = path[..query];
        return request.PathBase.Length > 0 && path.StartsWith(request.PathBase)
            ? path[request.PathBase.Length..].ToString()
            : path.ToString();
    }
}
