using Fan.Discovery;

namespace Fan.Transports;

/// <summary>An endpoint could not be reached and can't have seen the request, so that another one may be tried.</summary>
public sealed class EndpointUnreachableException(Endpoint endpoint, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The endpoint.</summary>
    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>
    /// Whether only the method that was called can't be reached there, so that the endpoint's other methods go on being called.
    /// </summary>
    internal bool IsOfMethod { get; init; }
}
