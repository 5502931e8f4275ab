using Fan.Context;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Brokers;

/// <summary>What serving a call needs on its way; used again. Not safe for concurrent use, but for cancelling.</summary>
internal sealed class CallWorkspace : IDisposable
{
    // A reply that was larger does not keep its room.
    private const int MaxKeptReply = 16 * 1024;

    public CallWorkspace(CallServer server, string transport)
    {
        Cancellation = server.CreateCancellation();
        Incoming = new IncomingCall
        {
            Payload = default,
            Headers = new MessageHeaders(),
            Transport = transport,
            StartsFlow = true,
            Cancellation = Cancellation
        };
        Output = new PayloadBuffer(server.Limits.MaxPayloadBytes);
    }

    public CallCancellation Cancellation { get; }

    public IncomingCall Incoming { get; }

    public PayloadBuffer Output { get; }

    /// <summary>Makes it ready for another call; false where it can't be.</summary>
    public bool TryReset()
    {
        Incoming.Headers.Clear();
        (Incoming.Payload, Incoming.ContentType, Incoming.ReplySpans, Incoming.TraceId) = (default, null, null, null);
        if (Output.Count > MaxKeptReply) return false;
        Output.Clear();
        return Cancellation.TryReset();
    }

    // A cancellation that is under way still reaches its token.
    public void Dispose()
    {
        Output.Dispose();
        Cancellation.Dispose();
    }
}

/// <summary>The workspaces of one transport that are free. Safe from any thread.</summary>
internal sealed class CallWorkspaces(CallServer server, string transport)
{
    private const int MaxKept = 256;

    private readonly FreeList<CallWorkspace> _free = new(MaxKept);

    public CallWorkspace Take() => _free.Take() ?? new CallWorkspace(server, transport);

    /// <summary>Takes one back that nobody looks at any more.</summary>
    public void Return(CallWorkspace workspace)
    {
        if (!workspace.TryReset() || !_free.TryKeep(workspace)) workspace.Dispose();
    }
}
