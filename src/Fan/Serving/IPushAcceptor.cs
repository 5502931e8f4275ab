using Fan.Messaging;

namespace Fan.Serving;

/// <summary>Takes pushes that came over a route without queues into the queues of this application. Safe from any thread.</summary>
internal interface IPushAcceptor
{
    /// <summary>Ends when the push is in its queue.</summary>
    /// <exception cref="ServiceUnavailableException">The queue does not take it.</exception>
    ValueTask AcceptAsync(
        string service,
        string method,
        MessageHeaders headers,
        string? contentType,
        ReadOnlyMemory<byte> payload,
        CancellationToken cancellationToken);
}
