using Fan.Redis.Connections;
using Fan.Transports;

namespace Fan.Redis.Calling;

/// <summary>A call without its (whole) reply. Safe from any thread.</summary>
internal abstract class PendingCall(OutgoingCall call, CallTarget target)
{
    /// <summary>What was called.</summary>
    public OutgoingCall Call => call;

    /// <summary>The process that serves it.</summary>
    public CallTarget Target => target;

    /// <summary>The inbox that it waits in.</summary>
    public CallInbox? Inbox { get; set; }

    /// <summary>Its number in its inbox.</summary>
    public ulong Number { get; set; }

    /// <summary>Set when the request was sent.</summary>
    public bool IsSent { get; set; }

    /// <summary>Set by the first look after it was sent; the second one asks for it.</summary>
    public bool IsOld { get; set; }

    /// <summary>Takes a message for it; true where it was the last one.</summary>
    public abstract bool Take(string type, StreamItem message);

    /// <summary>Sends again what could not be sent for it.</summary>
    public virtual ValueTask RetryAsync() => default;

    /// <summary>Ends it, after it was taken off its inbox.</summary>
    public abstract void Fail(Exception error);
}
