using Fan.Messaging;
using Fan.Transports;

namespace Fan.Ipc.Calling;

/// <summary>A call that was sent and has not ended. Whoever takes it out of the connection's table ends it.</summary>
internal interface IOpenCall
{
    /// <summary>What was sent.</summary>
    OutgoingCall Call { get; }

    /// <summary>The number of its stream.</summary>
    uint Stream { get; }

    /// <summary>The one reply has come; the payload is the caller's.</summary>
    void Reply(in ReplyPayload payload);

    /// <summary>It ends with an error.</summary>
    void Fail(Exception error);
}
