using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Calling;

/// <summary>A call with one reply.</summary>
internal class AmqpUnaryCall(OutgoingCall call) : AmqpCall(call)
{
    private readonly TaskCompletionSource<ReplyPayload> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ReplyPayload> Task => _reply.Task;

    public sealed override bool Take(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        try
        {
            _reply.TrySetResult(Read(properties, body));
        }
        catch (Exception error)
        {
            Fail(error);
        }

        return true;
    }

    public override void Fail(Exception error)
    {
        if (error is OperationCanceledException cancelled) _reply.TrySetCanceled(cancelled.CancellationToken);
        else _reply.TrySetException(error);
    }

    /// <summary>The payload of the reply; throws what it reports.</summary>
    protected virtual ReplyPayload Read(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        ReadSpans(properties);
        return properties.Type switch
        {
            MessageTypes.Reply => Copy(properties, body),
            MessageTypes.Error => throw ErrorJson.Read(body),
            var other => throw new BadMessageException("reply", $"{Call.Endpoint} replied with a message of type '{other}'."),
        };
    }
}
