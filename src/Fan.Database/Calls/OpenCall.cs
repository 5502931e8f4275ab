using System.Buffers;
using Fan.Database.Engines;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Database.Calls;

/// <summary>A call that was sent and has not ended. Safe from any thread.</summary>
internal abstract class OpenCall(long peer, OutgoingCall call)
{
    private int _hasEnded;

    /// <summary>The instance that serves it.</summary>
    public long Peer => peer;

    public OutgoingCall Call => call;

    public long Number { get; set; }

    /// <summary>Whether the far end has nothing more to say.</summary>
    public bool HasEnded
    {
        get => Volatile.Read(ref _hasEnded) == 1;
        set => Volatile.Write(ref _hasEnded, value ? 1 : 0);
    }

    public void Receive(CallFrame frame)
    {
        if (frame.Kind != FrameKind.Item) HasEnded = true;
        try
        {
            if (frame.Headers is { } headers) call.ReplySpans = MessageText.Read(headers).Spans ?? call.ReplySpans;
            switch (frame.Kind)
            {
                case FrameKind.Error: Fail(ErrorText.Read(frame.Body)); break;
                case FrameKind.Refused:
                    Fail(new EndpointUnreachableException(
                        call.Endpoint, $"{call.Endpoint} takes no calls: it stops, or has as many as it may."));
                    break;
                default: Take(frame); break;
            }
        }
        catch (Exception error)
        {
            // Whatever came, the mailbox has others to read for.
            Fail(error);
        }
    }

    public abstract void Fail(Exception error);

    protected abstract void Take(CallFrame frame);

    /// <exception cref="LimitExceededException">It is larger than this application takes.</exception>
    protected ReplyPayload Payload(CallFrame frame)
    {
        if (frame.Body.Length > call.Limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The reply has more than {call.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        var array = ArrayPool<byte>.Shared.Rent(Math.Max(frame.Body.Length, 1));
        frame.Body.CopyTo(array);
        return new ReplyPayload(array, frame.Body.Length) { ContentType = frame.ContentType ?? call.ContentType };
    }
}
