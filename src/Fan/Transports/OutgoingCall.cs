using Fan.Discovery;
using Fan.Messaging;

namespace Fan.Transports;

/// <summary>One call as a transport sends it. It is used again when the call has ended, so nobody keeps it.</summary>
public sealed class OutgoingCall
{
    /// <summary>Where to.</summary>
    public required Endpoint Endpoint { get; set; }

    /// <summary>The service, without brackets.</summary>
    public required string Service { get; set; }

    /// <summary>The wire name of the method.</summary>
    public required string Method { get; set; }

    /// <summary>The arguments. Valid until the call ends.</summary>
    public required ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>The media type of <see cref="Payload"/>.</summary>
    public required string ContentType { get; set; }

    /// <summary>What travels beside it.</summary>
    public required MessageHeaders Headers { get; init; }

    /// <summary>The bounds for what comes back.</summary>
    public required FanLimits Limits { get; init; }

    /// <summary>Set by the transport: the spans that the far end recorded, where they were asked for and came, with an error too.</summary>
    public string? ReplySpans { get; set; }
}
