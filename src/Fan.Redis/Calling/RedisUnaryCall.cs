using Fan.Brokers;
using Fan.Messaging;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Transports;

namespace Fan.Redis.Calling;

/// <summary>A call with one reply.</summary>
internal sealed class RedisUnaryCall(OutgoingCall call, RedisTarget target) : RedisCall(call, target)
{
    private readonly TaskCompletionSource<ReplyPayload> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ReplyPayload> Task => _reply.Task;

    public override bool Take(string type, StreamItem message)
    {
        try
        {
            ReadSpans(message);
            _reply.TrySetResult(type switch
            {
                MessageTypes.Reply => RedisFields.ReadReply(message, Call),
                MessageTypes.Error => throw ErrorJson.Read(RedisFields.ReadPayload(message).Span),
                _ => throw new BadMessageException("reply", $"{Call.Endpoint} replied with a message of type '{type}'."),
            });
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
}
