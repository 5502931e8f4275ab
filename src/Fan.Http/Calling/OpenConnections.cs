using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Fan.Http.Calling;

/// <summary>Opens connections, and breaks off those that are in use when it is disposed: the handler's own end leaves calls in flight waiting. Safe from any thread.</summary>
internal sealed class OpenConnections : IDisposable
{
    private readonly ConcurrentDictionary<Connection, bool> _open = new();
    private volatile bool _disposed;

    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            var connection = new Connection(socket, this);
            _open[connection] = true;
            if (_disposed) connection.Dispose();
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var connection in _open.Keys) connection.Dispose();
    }

    private sealed class Connection(Socket socket, OpenConnections owner) : NetworkStream(socket, ownsSocket: true)
    {
        protected override void Dispose(bool disposing)
        {
            owner._open.TryRemove(this, out _);
            base.Dispose(disposing);
        }
    }
}
