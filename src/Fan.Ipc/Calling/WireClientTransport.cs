using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Fan.Discovery;
using Fan.Ipc.Connections;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Ipc.Calling;

/// <summary>
/// Carries calls over connections of Fan's own protocol; what derives from it knows where endpoints are. Safe from any thread.
/// </summary>
internal abstract class WireClientTransport(WireSettings settings) : IClientTransport, IDisposable
{
    private readonly ConcurrentDictionary<string, WirePeer> _peers = new(StringComparer.Ordinal);
    private bool _isDisposed;

    public abstract string Name { get; }

    protected WireSettings Settings => settings;

    public abstract bool Reaches(EndpointDescription endpoint);

    public abstract string WhyOutOfReach(EndpointDescription endpoint);

    public ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        if (call.Headers.Authorization is not null) RequirePrivacy(call);
        return PeerOf(call.Endpoint).CallAsync(call, cancellationToken);
    }

    public async IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (call.Headers.Authorization is not null) RequirePrivacy(call);
        var sequence = await PeerOf(call.Endpoint).OpenAsync(call, cancellationToken).ConfigureAwait(false);
        await foreach (var item in sequence.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return item;
    }

    public void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        foreach (var peer in _peers.Values) peer.Dispose();
    }

    /// <summary>What tells an address from others; null where the endpoint has none.</summary>
    protected abstract string? AddressOf(EndpointDescription endpoint);

    /// <summary>Looks that a token in a call can be read by nobody else on its way.</summary>
    /// <exception cref="EndpointUnreachableException">It could be.</exception>
    protected virtual void RequirePrivacy(OutgoingCall call)
    {
    }

    /// <summary>Opens a connection to the address of an endpoint.</summary>
    protected abstract ValueTask<WireLink> ConnectAsync(EndpointDescription endpoint, CancellationToken cancellationToken);

    private WirePeer PeerOf(Endpoint endpoint) => endpoint.TransportState as WirePeer ?? FindPeer(endpoint);

    private WirePeer FindPeer(Endpoint endpoint)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed), this);
        var address = AddressOf(endpoint.Description)
            ?? throw new EndpointUnreachableException(endpoint, $"Endpoint {endpoint.Id} has no usable address.");
        // All services of one listener share its connection.
        var peer = _peers.GetOrAdd(
            address,
            name => new WirePeer(name, cancellationToken => ConnectAsync(endpoint.Description, cancellationToken), settings, Keep));
        endpoint.TransportState = peer;
        foreach (var other in _peers)
        {
            // Each start of a service has an address of its own. One that comes back is kept again when it connects.
            if (other.Value.IsGone) _peers.TryRemove(other);
        }

        return peer;
    }

    private void Keep(WirePeer peer)
    {
        _peers[peer.Name] = peer;
        if (Volatile.Read(ref _isDisposed)) peer.Dispose();
    }
}
