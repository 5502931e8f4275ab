using Fan.Ipc.Wire;
using Fan.Messaging;

namespace Fan.Ipc.Connections;

/// <summary>What both sides of a connection are set to. Immutable.</summary>
internal sealed record WireSettings(string Application, FanLimits Limits, FanWireOptions Options, TimeProvider Clock)
{
    // The frame of a request or reply beside its headers and payload: lengths, flags, the method's name.
    private const int FrameRoom = 4096;

    /// <summary>The longest body that is read whole.</summary>
    public int MaxBodyBytes { get; } = Limits.MaxPayloadBytes + Limits.MaxHeaderBytes + FrameRoom;

    /// <summary>What this side tells the other.</summary>
    public Hello Hello { get; } = new()
    {
        Application = Application,
        MaxCalls = Options.MaxCallsPerConnection,
        MaxNames = Options.MaxNamesPerConnection,
        Window = Options.WindowBytes,
        SequenceWindow = Options.SequenceWindowBytes,
    };
}
