using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Fan.Http.Serving;

/// <summary>
/// Hands connections from Kestrel's HTTP/1.1 endpoint to its HTTP/2 endpoint, which listens on nothing else. Kestrel fixes the
/// protocol of an endpoint that has no TLS; this is how both share a port. Safe from any thread.
/// </summary>
internal sealed class Http2Handover(IConnectionListenerFactory network) : IConnectionListenerFactory
{
    private const int MaxWaiting = 512;

    private readonly Channel<ConnectionContext> _connections = Channel.CreateBounded<ConnectionContext>(MaxWaiting);

    /// <summary>The address of the HTTP/2 endpoint, for Kestrel alone.</summary>
    public EndPoint EndPoint { get; } = new InnerEndPoint();

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is InnerEndPoint ? new(new Listener(EndPoint, _connections)) : network.BindAsync(endpoint, cancellationToken);

    /// <summary>Gives a connection away; returns when it has ended.</summary>
    public async Task TakeOverAsync(ConnectionContext connection)
    {
        var lent = new LentConnection(connection);
        try
        {
            await _connections.Writer.WriteAsync(lent, connection.ConnectionClosed).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ChannelClosedException or OperationCanceledException)
        {
            // The server stops or the peer went away, and nothing was read yet: closing says so.
            return;
        }

        await lent.Ended.ConfigureAwait(false);
    }

    private sealed class InnerEndPoint : EndPoint
    {
        public override string ToString() => "http2";
    }

    private sealed class Listener(EndPoint endpoint, Channel<ConnectionContext> connections) : IConnectionListener
    {
        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (connections.Reader.TryRead(out var connection)) return connection;
            }

            return null;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            connections.Writer.TryComplete();
            while (connections.Reader.TryRead(out var connection)) await connection.DisposeAsync().ConfigureAwait(false);
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
