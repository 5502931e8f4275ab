using System.Buffers;
using Fan.Messaging;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Calling;

/// <summary>A call without its (whole) reply. Safe from any thread.</summary>
internal abstract class PendingCall(OutgoingCall call)
{
    /// <summary>What was called.</summary>
    public OutgoingCall Call => call;

    /// <summary>Where it went: what a probe asks.</summary>
    public required CallTarget Target { get; init; }

    /// <summary>The channel that it waits on.</summary>
    public CallChannel? Owner { get; set; }

    /// <summary>Its number on its channel.</summary>
    public ulong Number { get; set; }

    /// <summary>Set when the request has been handed to the connection.</summary>
    public bool IsSent { get; set; }

    /// <summary>Set by the first look after it was sent; the second one asks for it.</summary>
    public bool IsOld { get; set; }

    /// <summary>Takes a message for it; true where it was the last one.</summary>
    public abstract bool Take(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body);

    /// <summary>Ends it, after it was taken off its channel.</summary>
    public abstract void Fail(Exception error);

    /// <summary>The body of a message in an array of the pool.</summary>
    /// <exception cref="LimitExceededException">It is larger than the caller takes.</exception>
    protected ReplyPayload Copy(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        if (body.Length > call.Limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The reply of {call.Endpoint} has more than {call.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        }
        var bytes = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(bytes);
        return new ReplyPayload(bytes, body.Length) { ContentType = properties.ContentType ?? call.ContentType };
    }
}
