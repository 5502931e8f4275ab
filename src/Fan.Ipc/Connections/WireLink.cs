using System.Net.Sockets;

namespace Fan.Ipc.Connections;

/// <summary>A connection's stream, which may be encrypted, and the socket below it unless it is a named pipe.</summary>
internal sealed record WireLink(Socket? Socket, Stream Stream, string Peer) : IDisposable
{
    /// <summary>Says that nothing more is sent; the other direction stays open. A pipe can't: its peer goes by the last frame.</summary>
    public void ShutdownSend()
    {
        try
        {
            Socket?.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    public void Dispose()
    {
        // The socket first: a stream over TLS would try to say goodbye.
        Socket?.Dispose();
        Stream.Dispose();
    }
}
