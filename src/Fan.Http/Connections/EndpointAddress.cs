using System.Collections.Concurrent;
using Fan.Discovery;
using Fan.Http.Settings;
using Fan.Transports;

namespace Fan.Http.Connections;

/// <summary>The URLs of one endpoint, kept with it. Safe from any thread.</summary>
internal sealed class EndpointAddress
{
    private readonly ConcurrentDictionary<string, Uri> _methods = new(StringComparer.Ordinal);

    private EndpointAddress(Uri root, bool takesHttp2)
    {
        Root = root;
        TakesHttp2 = takesHttp2;
    }

    public Uri Root { get; }

    /// <summary>Whether the endpoint says that it takes HTTP/2.</summary>
    public bool TakesHttp2 { get; }

    /// <exception cref="EndpointUnreachableException">Its host and port make no URL.</exception>
    public static EndpointAddress Of(Endpoint endpoint)
    {
        if (endpoint.TransportState is EndpointAddress known) return known;
        var description = endpoint.Description;
        if (string.IsNullOrEmpty(description.Host)
            || description.Port == 0
            || !Uri.TryCreate($"{HttpScheme.Of(description)}://{description.Host}:{description.Port}/", UriKind.Absolute, out var root)
            || root.PathAndQuery != "/")
        {
            throw new EndpointUnreachableException(
                endpoint, $"Endpoint {endpoint.Id} has no usable address: '{description.Host}:{description.Port}'.");
        }

        var address = new EndpointAddress(root, HttpVersions.TakesHttp2(description));
        endpoint.TransportState = address;
        return address;
    }

    /// <summary>Whether it is still there, after it has fallen silent.</summary>
    public EndpointDoubt Doubt { get; } = new();

    /// <summary>The URL of the plain form.</summary>
    public Uri ForMethod(OutgoingCall call) =>
        _methods.TryGetValue(call.Method, out var known)
            ? known
            : _methods.GetOrAdd(call.Method, new Uri(Root, $"/{call.Service}/{call.Method}"));
}
