using System.Buffers;
using System.Security.Claims;
using Fan.Messaging;

namespace Fan.Serving;

/// <summary>One call as a transport received it. A transport may use it again when the call has ended.</summary>
public sealed class IncomingCall
{
    /// <summary>The arguments; valid until the call ends.</summary>
    public required ReadOnlySequence<byte> Payload { get; set; }

    /// <summary>The media type of <see cref="Payload"/>; null takes JSON.</summary>
    public string? ContentType { get; set; }

    /// <summary>What travels beside it.</summary>
    public required MessageHeaders Headers { get; init; }

    /// <summary>
    /// Whether the call is the beginning of its flow of control: the thread that serves it carries no ambient values of others. Default
    /// false.
    /// </summary>
    public bool StartsFlow { get; init; }

    /// <summary>
    /// What ends the call, from <see cref="CallServer.CreateCancellation"/>; null where the token does that is handed over with it.
    /// </summary>
    public CallCancellation? Cancellation { get; init; }

    /// <summary>The name of the transport, for spans and logs.</summary>
    public required string Transport { get; init; }

    /// <summary>
    /// Who makes the call, as far as the transport itself has proven it: by the certificate of the connection, or the web application
    /// around it. Null where it has nobody.
    /// </summary>
    public ClaimsPrincipal? Principal { get; set; }

    /// <summary>Whether it comes from the application itself, where no policy stands in the way.</summary>
    internal bool IsTrusted { get; init; }

    /// <summary>
    /// Set by the server before anybody looks: the values of <see cref="MessageHeaders.ShardKeys"/>, which fit the name of the service.
    /// </summary>
    internal IReadOnlyList<string> ShardKeys { get; set; } = [];

    /// <summary>Whether it lay in a queue that others may write to.</summary>
    internal bool IsQueued { get; init; }

    /// <summary>
    /// Set by the server while it serves: the spans to send back in the reply's header <c>fan-spans</c>, where they were asked for.
    /// </summary>
    public string? ReplySpans { get; internal set; }

    /// <summary>Set by the server while it serves: the W3C trace id of the call.</summary>
    public string? TraceId { get; internal set; }
}
