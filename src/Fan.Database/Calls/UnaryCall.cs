using Fan.Messaging;
using Fan.Transports;

namespace Fan.Database.Calls;

/// <summary>A call with one reply.</summary>
internal sealed class UnaryCall(long peer, OutgoingCall call) : OpenCall(peer, call)
{
    private readonly TaskCompletionSource<ReplyPayload> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ReplyPayload> Reply => _reply.Task;

    public override void Fail(Exception error)
    {
        _reply.TrySetException(error);
        // Whoever was cancelled does not look at it any more.
        _ = _reply.Task.Exception;
    }

    protected override void Take(CallFrame frame)
    {
        if (frame.Kind != FrameKind.Reply)
        {
            Fail(new BadMessageException("reply", "The reply is a sequence; call the method as one."));
            return;
        }

        var payload = Payload(frame);
        if (!_reply.TrySetResult(payload)) payload.Dispose();
    }
}
