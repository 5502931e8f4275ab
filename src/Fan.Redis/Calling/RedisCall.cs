using Fan.Brokers;
using Fan.Messaging;
using Fan.Redis.Connections;
using Fan.Transports;

namespace Fan.Redis.Calling;

/// <summary>A call over Redis without its (whole) reply. Safe from any thread.</summary>
internal abstract class RedisCall(OutgoingCall call, RedisTarget target) : PendingCall(call)
{
    /// <summary>The process that serves it.</summary>
    public RedisTarget Target => target;

    /// <summary>The inbox that it waits in.</summary>
    public CallInbox? Inbox { get; set; }

    /// <summary>Takes a message for it; true where it was the last one.</summary>
    public abstract bool Take(string type, StreamItem message);

    /// <summary>Sends again what could not be sent for it.</summary>
    public virtual ValueTask RetryAsync() => default;

    protected void ReadSpans(StreamItem message)
    {
        if (Call.Headers.Spans is not null) Call.ReplySpans = message.Field(HeaderNames.Spans);
    }
}
