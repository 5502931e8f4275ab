using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Stores.Servers;

/// <summary>Stands between a client and a server, and breaks their connections when it is told to. Safe from any thread.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly ConcurrentDictionary<int, (Socket Client, Socket Server, Task Pump)> _open = new();
    private readonly Task _accepting;
    private int _accepted;

    public Relay(string server)
    {
        _server = IPEndPoint.Parse(server);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>How many connections there were so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public void Drop()
    {
        foreach (var (client, server, _) in _open.Values)
        {
            // At once, with a reset.
            client.Close(0);
            server.Close(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Drop();
        await Task.WhenAll(_open.Values.Select(pair => pair.Pump));
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            var server = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            var number = Interlocked.Increment(ref _accepted);
            _open[number] = (client.Client, server.Client, PumpAsync(number, client, server));
        }
    }

    private async Task PumpAsync(int number, TcpClient client, TcpClient server)
    {
        await Task.Yield();
        using (client)
        using (server)
        {
            try
            {
                await server.ConnectAsync(_server);
                var (left, right) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(left.CopyToAsync(right), right.CopyToAsync(left));
            }
            catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Dropped, one side has gone, or nobody listens behind.
            }
        }

        _open.TryRemove(number, out _);
    }
}
