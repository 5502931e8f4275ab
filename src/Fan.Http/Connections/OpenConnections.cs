using System.Collections.Concurrent;
using System.Net.Sockets;
using Fan.Transports;

namespace Fan.Http.Connections;

/// <summary>
/// Opens connections, and breaks off those that are in use when it is disposed: the handler's own end leaves calls in flight waiting. Safe
/// from any thread.
/// </summary>
internal sealed class OpenConnections : IDisposable
{
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private volatile bool _disposed;

    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        ForgetClosed();
        var socket = await Dialer.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
        try
        {
            _open[socket] = true;
            if (_disposed) socket.Dispose();
            // The very type that the handler makes itself: one derived from it costs a fifth more CPU with many connections.
            return new NetworkStream(socket, ownsSocket: true);
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
        foreach (var socket in _open.Keys) socket.Dispose();
    }

    // What the handler closed since; opening is rare, and there are few.
    private void ForgetClosed()
    {
        foreach (var socket in _open.Keys)
        {
            if (!socket.Connected) _open.TryRemove(socket, out _);
        }
    }
}
