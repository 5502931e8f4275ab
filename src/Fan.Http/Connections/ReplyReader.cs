using System.Buffers;
using System.Net;
using System.Text.Json;
using Fan.Http.Problems;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Http.Connections;

/// <summary>Reads replies within the limits.</summary>
internal static class ReplyReader
{
    // The longest error that Fan sends, were each of its characters six bytes of JSON, has room in it.
    private const int MaxProblemBytes = 128 * 1024;

    // What is kept of the failure of somebody else.
    private const int MaxForeignBytes = 64 * 1024;

    /// <summary>Reads a body whole.</summary>
    public static async ValueTask<ReplyPayload> ReadAsync(
        HttpResponseMessage response, OutgoingCall call, CancellationToken cancellationToken)
    {
        var limit = call.Limits.MaxPayloadBytes;
        var length = response.Content.Headers.ContentLength;
        if (length > limit) throw TooLarge(call, limit);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return length is { } known
                ? await ReadKnownAsync(stream, (int)known, cancellationToken).ConfigureAwait(false)
                : await ReadToEndAsync(stream, limit, call, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw HttpConnections.Explain(call, error);
        }
    }

    /// <summary>The beginning of a body as bytes, for an error.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>> ReadBeginningAsync(
        HttpResponseMessage response, OutgoingCall call, int most, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var bytes = new byte[most];
            return bytes.AsMemory(
                0, await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw HttpConnections.Explain(call, error);
        }
    }

    /// <summary>The exception that a reply which is no success stands for.</summary>
    public static async ValueTask<Exception> ReadErrorAsync(
        HttpResponseMessage response, OutgoingCall call, CancellationToken cancellationToken)
    {
        var isProblem = response.Content.Headers.ContentType?.MediaType == Problem.MediaType;
        var body = await ReadBeginningAsync(
            response, call, isProblem ? MaxProblemBytes : MaxForeignBytes, cancellationToken).ConfigureAwait(false);
        if (isProblem)
        {
            try
            {
                if (JsonSerializer.Deserialize(body.Span, ProblemJson.Default.Problem)?.ToError() is { } error)
                {
                    // Refused before anything of the call was read: another endpoint may take it.
                    return error is { Code: ErrorCodes.Unavailable, Place: nameof(FanHttpOptions.MaxConnections) }
                        ? new EndpointUnreachableException(call.Endpoint, $"{call.Endpoint} takes no more connections: {error.Message}")
                        : error.ToException();
                }
            }
            catch (JsonException error)
            {
                return new BadMessageException("reply", $"{call.Endpoint} sent problem details that can't be read: {error.Message}", error);
            }
        }

        return Unexplained(response, call, body);
    }

    // What a proxy or the server below Fan says, without problem details.
    private static Exception Unexplained(HttpResponseMessage response, OutgoingCall call, ReadOnlyMemory<byte> body)
    {
        var message = $"{call.Endpoint} replied with status {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd() + ".";
        return response.StatusCode switch
        {
            HttpStatusCode.RequestHeaderFieldsTooLarge => new LimitExceededException(nameof(FanLimits.MaxHeaderBytes), message),
            HttpStatusCode.RequestEntityTooLarge => new LimitExceededException(nameof(FanLimits.MaxPayloadBytes), message),
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable => new ServiceUnavailableException(call.Service, message),
            HttpStatusCode.GatewayTimeout => new DeadlineExceededException(message),
            _ => Failure(response, call, body),
        };
    }

    /// <summary>The exception that a foreign service's reply stands for.</summary>
    public static async ValueTask<Exception> ReadFailureAsync(
        HttpResponseMessage response, OutgoingCall call, CancellationToken cancellationToken) =>
        Failure(response, call, await ReadBeginningAsync(response, call, MaxForeignBytes, cancellationToken).ConfigureAwait(false));

    private static RemoteFailureException Failure(HttpResponseMessage response, OutgoingCall call, ReadOnlyMemory<byte> body)
    {
        var status = (int)response.StatusCode;
        return new RemoteFailureException(
            $"HTTP {status}",
            $"{call.Service}.{call.Method} replied with status " +
            $"{status}{(string.IsNullOrEmpty(response.ReasonPhrase) ? "" : " " + response.ReasonPhrase)}.")
        {
            Body = body.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(body.Span),
        };
    }

    /// <summary>A reply without a body stands for a value.</summary>
    public static ReplyPayload Constant(ReadOnlySpan<byte> json)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(json.Length);
        json.CopyTo(bytes);
        return new ReplyPayload(bytes, json.Length);
    }

    public static LimitExceededException TooLarge(OutgoingCall call, int limit) => new(
        nameof(FanLimits.MaxPayloadBytes),
        $"The reply of {call.Endpoint} has more than {limit} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");

    private static async ValueTask<ReplyPayload> ReadKnownAsync(Stream stream, int length, CancellationToken cancellationToken)
    {
        // With room for one byte more it reads on to the end: left before it, a connection is not free, and a stream of HTTP/2 is broken
        // off.
        var bytes = ArrayPool<byte>.Shared.Rent(length + 1);
        try
        {
            var read = 0;
            while (true)
            {
                var count = await stream.ReadAsync(bytes.AsMemory(read), cancellationToken).ConfigureAwait(false);
                if (count == 0) break;
                read += count;
            }

            return read == length
                ? new ReplyPayload(bytes, length)
                : throw new HttpIOException(HttpRequestError.ResponseEnded, "The reply has not the length that it announced.");
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }
    }

    private static async ValueTask<ReplyPayload> ReadToEndAsync(
        Stream stream, int limit, OutgoingCall call, CancellationToken cancellationToken)
    {
        using var buffer = new PayloadBuffer(int.MaxValue);
        while (true)
        {
            var count = await stream.ReadAsync(buffer.GetMemory(), cancellationToken).ConfigureAwait(false);
            if (count == 0) return buffer.Detach();
            buffer.Advance(count);
            if (buffer.Count > limit) throw TooLarge(call, limit);
        }
    }
}
