using System.Collections.Frozen;
using Fan.Discovery;
using Fan.Transports;

namespace Fan.Routing;

/// <summary>The transports on which calls can leave, and which of them is taken before which. Immutable; safe from any thread.</summary>
internal sealed class TransportChoice(IEnumerable<IClientTransport> transports)
{
    /// <summary>The rank of an endpoint that can't be reached from here.</summary>
    public const int OutOfReach = -1;

    // What costs least comes first; what is not named comes after all that is.
    private static readonly string[] Order = ["ipc", "tcp", "http"];

    private readonly FrozenDictionary<string, IClientTransport> _byName = transports.ToFrozenDictionary(transport => transport.Name, StringComparer.Ordinal);

    public IReadOnlyList<string> Names => _byName.Keys;

    public IClientTransport this[string name] => _byName[name];

    /// <summary>How good an endpoint's transport is, 0 the best; <see cref="OutOfReach"/> where this application does not have it, or it does not reach there.</summary>
    public int RankOf(EndpointDescription endpoint)
    {
        if (!_byName.TryGetValue(endpoint.Transport, out var transport) || !transport.Reaches(endpoint)) return OutOfReach;
        var rank = Array.IndexOf(Order, endpoint.Transport);
        return rank < 0 ? Order.Length : rank;
    }
}
