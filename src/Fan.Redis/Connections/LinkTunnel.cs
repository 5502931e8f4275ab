using System.Net;
using System.Net.Sockets;
using Fan.Transports;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Fan.Redis.Connections;

/// <summary>
/// Opens the client library's connections: to all addresses of a name, and with a watch for silence, which the library itself notices only
/// after a multiple of the time for a command. Safe from any thread.
/// </summary>
internal sealed class LinkTunnel(TimeSpan connectTimeout, TimeSpan longestSilence, TimeProvider clock) : Tunnel
{
    // The stream is ours.
    public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) => default;

    public override async ValueTask<Stream?> BeforeAuthenticateAsync(
        EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        var (host, port) = endpoint switch
        {
            DnsEndPoint name => (name.Host, name.Port),
            IPEndPoint address => (address.Address.ToString(), address.Port),
            _ => throw new NotSupportedException($"Redis can't be reached at {endpoint}."),
        };
        // The library does not bound what a tunnel does.
        using var time = new CancellationTokenSource(connectTimeout, clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            return new WatchedStream(await Dialer.ConnectAsync(host, port, ending.Token).ConfigureAwait(false), longestSilence, clock);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }
}
