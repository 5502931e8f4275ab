using System.Net.Sockets;
using Fan.Ipc.Connections;
using Fan.Ipc.Serving;

namespace Fan.Ipc.Sockets;

/// <summary>Accepts on a socket that listens.</summary>
internal sealed class SocketAcceptor(Socket socket, Func<Socket, CancellationToken, ValueTask<WireLink>> open) : IAcceptor
{
    public async ValueTask<IDisposable> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException error)
        {
            throw new OperationCanceledException("It listens no more.", error);
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    public ValueTask<WireLink> OpenAsync(IDisposable accepted, CancellationToken cancellationToken) =>
        open((Socket)accepted, cancellationToken);

    public void Dispose() => socket.Dispose();
}
