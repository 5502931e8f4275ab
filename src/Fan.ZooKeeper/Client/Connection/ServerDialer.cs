using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Connections = Fan.Transports.Dialer;

namespace Fan.ZooKeeper.Client;

/// <summary>Connects with a server, with TLS where that is wanted.</summary>
internal static class ServerDialer
{
    /// <exception cref="ConnectionEndedException">None of the host's addresses could be reached; the message says why.</exception>
    public static async Task<Stream> ConnectAsync(
        ServerAddress server, Func<string, SslClientAuthenticationOptions>? tls, CancellationToken cancellationToken)
    {
        var stream = new NetworkStream(await ConnectAsync(server, cancellationToken).ConfigureAwait(false), ownsSocket: true);
        if (tls is null) return stream;
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(tls(server.Host), cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch (Exception error)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            if (error is AuthenticationException or IOException)
            {
                throw new ConnectionEndedException($"TLS with {server} failed: {Innermost(error).Message}", error);
            }

            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        try
        {
            return await Connections.ConnectAsync(
                await ResolveAsync(server, cancellationToken).ConfigureAwait(false), server.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            throw new ConnectionEndedException(
                $"{server} can't be reached: " +
                $"{(error.SocketErrorCode == SocketError.HostNotFound ? "the name has no address" : error.Message)}",
                error);
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(server.Host, out var address)) return [address];
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(server.Host, cancellationToken).ConfigureAwait(false);
            Random.Shared.Shuffle(addresses);
            return addresses;
        }
        catch (SocketException error)
        {
            throw new ConnectionEndedException($"The name of {server} can't be resolved: {error.Message}", error);
        }
    }

    // TLS wraps the reason, e.g. a certificate that nobody trusts.
    private static Exception Innermost(Exception error) =>
        error.InnerException is { } inner and not SocketException ? Innermost(inner) : error;
}
