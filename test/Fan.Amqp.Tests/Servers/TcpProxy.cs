using System.Net;
using System.Net.Sockets;

namespace Fan.Amqp.Tests.Servers;

/// <summary>Stands between a client and the broker, and can cut what passes, once or for good.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly List<Socket> _open = [];
    private readonly Task _accepting;
    private volatile bool _isDead;
    private int _refused;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Uri => $"amqp://guest:guest@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Connections that ended at once, as it was dead.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Cuts the connections there are; new ones are carried.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _open.ForEach(socket => socket.Dispose());
            _open.Clear();
        }
    }

    /// <summary>Nothing passes any more.</summary>
    public void Die()
    {
        _isDead = true;
        Cut();
    }

    /// <summary>New connections are carried again.</summary>
    public void Revive() => _isDead = false;

    public async ValueTask DisposeAsync()
    {
        _isDead = true;
        _listener.Stop();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var carried = new List<Task>();
        try
        {
            while (true) carried.Add(CarryAsync(await _listener.AcceptSocketAsync()));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (_gate) _open.AddRange([client, server]);
        try
        {
            if (_isDead)
            {
                Interlocked.Increment(ref _refused);
                return;
            }

            await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Nobody listens behind: the client sees its connection end.
        }
        finally
        {
            client.Dispose();
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var size)
            {
                for (var sent = 0; sent < size;) sent += await to.SendAsync(buffer.AsMemory(sent, size - sent));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other direction ends with it.
        }
    }
}
