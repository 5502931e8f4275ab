using Fan.Discovery;
using Fan.Messaging;

namespace Fan.Transports;

/// <summary>Carries calls to endpoints of one kind. Safe from any thread. Owned, and disposed, by the container.</summary>
public interface IClientTransport
{
    /// <summary>The <c>transport</c> of the endpoints that it reaches, e.g. <c>http</c>.</summary>
    string Name { get; }

    /// <summary>Whether an endpoint of its kind can be reached from here at all; asked once for each endpoint. Default: it can.</summary>
    bool Reaches(EndpointDescription endpoint) => true;

    /// <summary>
    /// Why an endpoint that <see cref="Reaches"/> says no to is out of reach, for people: the end of a sentence that begins with "it".
    /// Default: that it is not within reach from here.
    /// </summary>
    string WhyOutOfReach(EndpointDescription endpoint) => "is not within reach from here";

    /// <summary>Sends a call and waits for its reply; the caller disposes the payload.</summary>
    /// <exception cref="EndpointUnreachableException">The request can't have arrived: another endpoint may be tried.</exception>
    /// <exception cref="ServiceUnavailableException">
    /// It broke off after the request was sent; whether it was handled is unknown.
    /// </exception>
    /// <exception cref="FanException">What the far end reported.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the far end is told where the transport can.</exception>
    ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken);

    /// <summary>Sends a call whose reply is a sequence; the reader disposes each item. Errors as for <see cref="CallAsync"/>.</summary>
    /// <remarks>Leaving the enumeration early cancels the work at the far end.</remarks>
    IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, CancellationToken cancellationToken);
}
