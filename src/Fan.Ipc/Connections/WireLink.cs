using System.Net.Sockets;
using System.Security.Claims;

namespace Fan.Ipc.Connections;

/// <summary>A connection's stream, which may be encrypted, and the socket below it unless it is a named pipe.</summary>
internal sealed record WireLink(Socket? Socket, Stream Stream, string Peer) : IDisposable
{
    /// <summary>Who is at the other end, as its certificate proves; null where it showed none.</summary>
    public ClaimsPrincipal? Principal { get; init; }

    /// <summary>
    /// Says that nothing more is sent; the other direction stays open. False for a pipe, which can't: its peer goes by the last frame.
    /// </summary>
    public bool TryShutdownSend()
    {
        try
        {
            Socket?.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }

        return Socket is not null;
    }

    public void Dispose()
    {
        // The socket first: a stream over TLS would try to say goodbye.
        Socket?.Dispose();
        Stream.Dispose();
    }
}
