using Fan.Discovery;
using Fan.Messaging;

namespace Fan.Transports;

/// <summary>One call as a transport sends it.</summary>
public sealed class OutgoingCall
{
    /// <summary>Where to.</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>The service, without brackets.</summary>
    public required string Service { get; init; }

    /// <summary>The wire name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>The arguments. Valid until the call ends.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The media type of <see cref="Payload"/>.</summary>
    public required string ContentType { get; init; }

    /// <summary>What travels beside it.</summary>
    public required MessageHeaders Headers { get; init; }

    /// <summary>The bounds for what comes back.</summary>
    public required FanLimits Limits { get; init; }

    /// <summary>Set by the transport: the spans that the far end recorded, where they were asked for and came, with an error too.</summary>
    public string? ReplySpans { get; set; }
}
