using System.Buffers;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Calling;

/// <summary>A call over RabbitMQ without its (whole) reply. Safe from any thread.</summary>
internal abstract class AmqpCall(OutgoingCall call) : PendingCall(call)
{
    /// <summary>Where it went: what a probe asks.</summary>
    public required AmqpTarget Target { get; init; }

    /// <summary>The channel that it waits on.</summary>
    public AmqpCallChannel? Owner { get; set; }

    /// <summary>Takes a message for it; true where it was the last one.</summary>
    public abstract bool Take(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body);

    /// <summary>The body of a message in an array of the pool.</summary>
    /// <exception cref="LimitExceededException">It is larger than the caller takes.</exception>
    protected ReplyPayload Copy(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        if (body.Length > Call.Limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The reply of {Call.Endpoint} has more than {Call.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        var bytes = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(bytes);
        return new ReplyPayload(bytes, body.Length) { ContentType = properties.ContentType ?? Call.ContentType };
    }

    protected void ReadSpans(IReadOnlyBasicProperties properties)
    {
        if (Call.Headers.Spans is not null) Call.ReplySpans = AmqpFields.Text(properties, HeaderNames.Spans);
    }
}
