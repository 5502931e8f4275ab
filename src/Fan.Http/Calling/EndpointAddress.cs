using System.Collections.Concurrent;
using Fan.Discovery;
using Fan.Transports;

namespace Fan.Http.Calling;

/// <summary>The URLs of one endpoint, kept with it. Safe from any thread.</summary>
internal sealed class EndpointAddress
{
    private readonly ConcurrentDictionary<string, Uri> _methods = new(StringComparer.Ordinal);

    private EndpointAddress(Uri root)
    {
        Root = root;
    }

    public Uri Root { get; }

    /// <exception cref="EndpointUnreachableException">Its host and port make no URL.</exception>
    public static EndpointAddress Of(Endpoint endpoint)
    {
        if (endpoint.TransportState is EndpointAddress known) return known;
        var description = endpoint.Description;
        if (string.IsNullOrEmpty(description.Host) || description.Port == 0 || !Uri.TryCreate($"http://{description.Host}:{description.Port}/", UriKind.Absolute, out var root) || root.PathAndQuery != "/")
            throw new EndpointUnreachableException(endpoint, $"Endpoint {endpoint.Id} has no usable address: '{description.Host}:{description.Port}'.");
        var address = new EndpointAddress(root);
        endpoint.TransportState = address;
        return address;
    }

    /// <summary>The URL of the plain form.</summary>
    public Uri ForMethod(OutgoingCall call) =>
        _methods.TryGetValue(call.Method, out var known) ? known : _methods.GetOrAdd(call.Method, new Uri(Root, $"/{call.Service}/{call.Method}"));
}
