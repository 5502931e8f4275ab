using System.Net;
using System.Net.Sockets;

namespace Fan.ZooKeeper.Tests.Servers;

/// <summary>Stands between a client and a server, and can cut connections, hold them up, or lose what one side sends.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly List<Link> _links = [];
    private readonly Task _accepting;
    private int _accepted;
    private volatile bool _refusing;

    public TcpProxy(ZooKeeperServer server)
    {
        _target = server.ClientPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How many connections were accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>New connections are closed at once.</summary>
    public bool Refusing
    {
        get => _refusing;
        set => _refusing = value;
    }

    /// <summary>Closes the connections there are.</summary>
    public void Cut()
    {
        foreach (var link in Links()) link.Close();
    }

    /// <summary>The connections there are carry nothing any more, in one direction or both, and stay open.</summary>
    public void Hold(bool toServer, bool toClient)
    {
        foreach (var link in Links()) link.Hold(toServer, toClient);
    }

    /// <summary>What was held goes on, with nothing lost.</summary>
    public void Release() => Hold(toServer: false, toClient: false);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _closing.Dispose();
    }

    private List<Link> Links()
    {
        lock (_gate) return [.. _links];
    }

    private async Task AcceptAsync()
    {
        var pumps = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_closing.Token);
                Interlocked.Increment(ref _accepted);
                if (_refusing)
                {
                    client.Dispose();
                    continue;
                }

                pumps.RemoveAll(pump => pump.IsCompleted);
                pumps.Add(CarryAsync(client));
            }
        }
        catch (Exception error)
            when (error is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(pumps);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        using var link = new Link(client, server);
        lock (_gate) _links.Add(link);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(PumpAsync(client, server, link.ToServer), PumpAsync(server, client, link.ToClient));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut, or nobody listens behind: the client sees its connection end.
        }
        finally
        {
            link.Close();
            lock (_gate) _links.Remove(link);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Valve valve)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var size)
            {
                await valve.OpenAsync();
                for (var sent = 0; sent < size;) sent += await to.SendAsync(buffer.AsMemory(sent, size - sent));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other direction ends with it.
        }
    }

    private sealed class Valve
    {
        private volatile TaskCompletionSource _open = Opened();

        public Task OpenAsync() => _open.Task;

        public void Set(bool held)
        {
            if (held && _open.Task.IsCompleted) _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!held) _open.TrySetResult();
        }

        private static TaskCompletionSource Opened()
        {
            var opened = new TaskCompletionSource();
            opened.SetResult();
            return opened;
        }
    }

    private sealed class Link(Socket client, Socket server) : IDisposable
    {
        public Valve ToServer { get; } = new();

        public Valve ToClient { get; } = new();

        public void Hold(bool toServer, bool toClient)
        {
            ToServer.Set(toServer);
            ToClient.Set(toClient);
        }

        public void Close()
        {
            client.Dispose();
            server.Dispose();
            Hold(toServer: false, toClient: false);
        }

        public void Dispose() => Close();
    }
}
