using System.Collections.Frozen;
using Fan.Discovery;
using Fan.Transports;

namespace Fan.Routing;

/// <summary>The transports on which calls can leave, and which of them is taken before which. Immutable; safe from any thread.</summary>
internal sealed class TransportChoice
{
    /// <summary>The rank of an endpoint that can't be reached from here.</summary>
    public const int OutOfReach = -1;

    // What costs least comes first; what is not named comes after all that is.
    private static readonly string[] CheapestFirst = ["ipc", "tcp", "http"];

    private readonly FrozenDictionary<string, IClientTransport> _byName;
    private readonly IReadOnlyList<string> _order;

    public TransportChoice(IEnumerable<IClientTransport> transports)
        : this(transports.ToFrozenDictionary(transport => transport.Name, StringComparer.Ordinal), CheapestFirst, isConfigured: false)
    {
    }

    private TransportChoice(FrozenDictionary<string, IClientTransport> byName, IReadOnlyList<string> order, bool isConfigured)
    {
        _byName = byName;
        _order = order;
        IsConfigured = isConfigured;
    }

    /// <summary>Whether somebody said which ones may be taken.</summary>
    public bool IsConfigured { get; }

    /// <summary>Those that may be taken.</summary>
    public IReadOnlyList<string> Names => IsConfigured ? _order : _byName.Keys;

    public IClientTransport this[string name] => _byName[name];

    /// <summary>Why an endpoint is out of reach although its transport may be taken; null where it may not.</summary>
    public string? WhyOutOfReach(EndpointDescription endpoint) =>
        Names.Contains(endpoint.Transport, StringComparer.Ordinal) && _byName.TryGetValue(endpoint.Transport, out var transport)
            ? transport.WhyOutOfReach(endpoint)
            : null;

    /// <summary>A choice of these only, in this order; null is this one.</summary>
    public TransportChoice Only(IReadOnlyList<string>? names) =>
        names is null ? this : new TransportChoice(_byName, names, isConfigured: true);

    /// <summary>
    /// How good an endpoint's transport is, 0 the best; <see cref="OutOfReach"/> where this application does not have it, may not take it,
    /// or it does not reach there.
    /// </summary>
    public int RankOf(EndpointDescription endpoint)
    {
        if (!_byName.TryGetValue(endpoint.Transport, out var transport) || !transport.Reaches(endpoint)) return OutOfReach;
        for (var rank = 0; rank < _order.Count; rank++)
        {
            if (_order[rank] == endpoint.Transport) return rank;
        }

        return IsConfigured ? OutOfReach : _order.Count;
    }
}
