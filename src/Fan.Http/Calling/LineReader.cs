using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan.Http.Connections;
using Fan.Http.Problems;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Http.Calling;

/// <summary>Reads the items of a reply that comes as lines of JSON.</summary>
internal static class LineReader
{
    private static ReadOnlySpan<byte> ErrorStart => "{\"$error\":"u8;

    private static ReadOnlySpan<byte> SpansStart => "{\"$spans\":"u8;

    public static async IAsyncEnumerable<ReplyPayload> ReadAsync(
        HttpResponseMessage response, OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var buffer = new LineBuffer(call.Limits.MaxPayloadBytes);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var ending = stream.ConfigureAwait(false);
        while (true)
        {
            while (buffer.TryTake(out var line))
            {
                ThrowIfBad(line, call);
                if (!TakesSpans(line, call)) yield return line;
            }

            if (buffer.IsFull) throw ReplyReader.TooLarge(call, call.Limits.MaxPayloadBytes);
            int count;
            try
            {
                count = await stream.ReadAsync(buffer.Free, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                throw HttpConnections.Explain(call, error);
            }

            if (count == 0) break;
            buffer.Advance(count);
        }

        if (!buffer.IsEmpty) throw new BadMessageException("reply", $"The last item of {call.Endpoint} is not ended by a line feed.");
    }

    private static bool TakesSpans(ReplyPayload line, OutgoingCall call)
    {
        if (call.Headers.Spans is null || !line.Memory.Span.StartsWith(SpansStart)) return false;
        try
        {
            call.ReplySpans = JsonSerializer.Deserialize(line.Memory.Span, StreamJson.Default.StreamSpans)?.Spans;
        }
        catch (JsonException)
        {
            // It is an item after all.
            return false;
        }

        line.Dispose();
        return true;
    }

    private static void ThrowIfBad(ReplyPayload line, OutgoingCall call)
    {
        if (line.Memory.Length > call.Limits.MaxPayloadBytes)
        {
            line.Dispose();
            throw ReplyReader.TooLarge(call, call.Limits.MaxPayloadBytes);
        }

        if (!line.Memory.Span.StartsWith(ErrorStart)) return;
        using (line)
        {
            try
            {
                throw JsonSerializer.Deserialize(line.Memory.Span, StreamJson.Default.StreamEnd)?.Error.ToError()?.ToException()
                    ?? new BadMessageException("reply", $"{call.Endpoint} ended its reply with an error that has no code.");
            }
            catch (JsonException error)
            {
                throw new BadMessageException(
                    "reply", $"{call.Endpoint} ended its reply with an error that can't be read: {error.Message}", error);
            }
        }
    }
}
