using System.Net;
using System.Net.Sockets;

namespace CrossProcess.Contenders.Raw;

/// <summary>
/// The limit of what one connection can do: frames of a length and a number, written once for all that is ready, sent back as they are.
/// </summary>
/// <remarks>
/// It knows no methods, no deadlines, no headers and no flow control; its callers resume on the thread pool, as those of any library do.
/// </remarks>
internal static class RawEcho
{
    public static Contender Tcp(string name) => new(
        name,
        () =>
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return Task.FromResult<Server>(new RawServer(listener, listener.LocalEndPoint!.ToString()!, null));
        },
        address => ConnectAsync(
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, IPEndPoint.Parse(address)));

    public static Contender UnixSocket(string name) => new(
        name,
        () =>
        {
            var folder = Directory.CreateTempSubdirectory("fan-bench-");
            var path = Path.Combine(folder.FullName, "raw.sock");
            var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            return Task.FromResult<Server>(new RawServer(listener, path, folder));
        },
        path => ConnectAsync(
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path)));

    private static async Task<Client> ConnectAsync(Socket socket, EndPoint address)
    {
        await socket.ConnectAsync(address);
        return new RawClient(socket);
    }
}
