using Fan.Transports;

namespace Fan.Brokers;

/// <summary>A call over a broker without its (whole) reply. Safe from any thread.</summary>
internal abstract class PendingCall(OutgoingCall call)
{
    /// <summary>What was called.</summary>
    public OutgoingCall Call => call;

    /// <summary>Its number among the calls of its table.</summary>
    public ulong Number { get; set; }

    /// <summary>Set when the request has been sent.</summary>
    public bool IsSent { get; set; }

    /// <summary>Set by the first look after it was sent; the second one asks for it.</summary>
    public bool IsOld { get; set; }

    /// <summary>Ends it, after it was taken off its table.</summary>
    public abstract void Fail(Exception error);
}
