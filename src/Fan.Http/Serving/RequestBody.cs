using System.Buffers;
using System.IO.Pipelines;
using Fan.Messaging;
using Microsoft.AspNetCore.Http;

namespace Fan.Http.Serving;

/// <summary>Reads the body of a request whole, without a copy, and within the limit.</summary>
internal static class RequestBody
{
    /// <summary>The body; it stays in the reader, which is to be advanced to its end and completed when the call has ended.</summary>
    /// <exception cref="LimitExceededException">It has more than <see cref="FanLimits.MaxPayloadBytes"/>.</exception>
    /// <exception cref="BadMessageException">It broke off, or is framed wrongly.</exception>
    public static async ValueTask<ReadOnlySequence<byte>> ReadAsync(PipeReader reader, long? length, FanLimits limits)
    {
        if (length > limits.MaxPayloadBytes) throw TooLarge(limits);
        try
        {
            while (true)
            {
                // The body of a small request mostly came with its headers. No token: the end of the connection ends the read by itself,
                // and a read that is cancelled leaves a reader behind that Kestrel stumbles over.
                if (!reader.TryRead(out var read)) read = await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                if (read.Buffer.Length > limits.MaxPayloadBytes)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    throw TooLarge(limits);
                }

                if (read.IsCompleted) return read.Buffer;
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (BadHttpRequestException error)
        {
            throw error.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLarge(limits)
                : new BadMessageException("body", $"The body of the request can't be read: {error.Message}", error);
        }
        catch (IOException error)
        {
            // A chunk of a size that is none, or the end of the connection.
            throw new BadMessageException("body", $"The body of the request can't be read: {error.Message}", error);
        }
    }

    private static LimitExceededException TooLarge(FanLimits limits) => new(
        nameof(FanLimits.MaxPayloadBytes),
        $"The body of the request has more than {limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
}
