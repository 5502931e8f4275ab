using System.Buffers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Fan.Http.Serving;

/// <summary>Writes the one reply of a call.</summary>
internal static class UnaryReply
{
    // A reply up to this size leaves with the end of the request: head, body and end in one frame or packet, and nothing to wait for.
    private const int MaxUnflushed = 16 * 1024;

    private static readonly StringValues Json = "application/json";

    public static ValueTask WriteAsync(
        IFeatureCollection features, MethodDescription method, IncomingCall call, ReadOnlyMemory<byte> payload)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        if (call.ReplySpans is { } spans) response.Headers[HeaderNames.Spans] = spans;
        if (method.ResultType == typeof(Unit))
        {
            // A push is taken, not answered; Python's micro-fan holds 202 for a failure.
            response.StatusCode = method.Kind == MethodKind.Push && call.Headers.Caller is not null
                ? StatusCodes.Status202Accepted
                : StatusCodes.Status204NoContent;
            return default;
        }

        response.Headers.ContentType = Json;
        response.Headers.ContentLength = payload.Length;
        var body = features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
        if (payload.Length > MaxUnflushed) return Flush(body.WriteAsync(payload));
        payload.Span.CopyTo(body.GetSpan(payload.Length));
        body.Advance(payload.Length);
        return default;
    }

    private static async ValueTask Flush(ValueTask<System.IO.Pipelines.FlushResult> writing) => await writing.ConfigureAwait(false);
}
