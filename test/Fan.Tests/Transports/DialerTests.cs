using System.Net;
using System.Net.Sockets;
using Fan.Conformance;
using Fan.Transports;

namespace Fan.Tests.Transports;

/// <summary>Names with several addresses, some of which lead nowhere.</summary>
public sealed class DialerTests
{
    private static readonly IPAddress Dead = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task An_address_that_refuses_does_not_hide_the_next_one()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = await ConnectAsync([Dead, IPAddress.Loopback], listener);
        Assert.Equal(listener.LocalEndpoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task An_address_that_says_nothing_does_not_hide_the_next_one()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var hole = new BlackHole(((IPEndPoint)listener.LocalEndpoint).Port);
        await hole.FillAsync();
        using var socket = await ConnectAsync([Dead, Dead, IPAddress.Loopback], listener);
        Assert.Equal(listener.LocalEndpoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task Where_no_address_answers_the_first_reason_is_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var error = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync([Dead, IPAddress.Parse("127.0.0.3")], listener));
        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
    }

    [Fact]
    public async Task Whoever_connects_bounds_the_time_of_all_addresses_together()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var hole = new BlackHole(((IPEndPoint)listener.LocalEndpoint).Port);
        await hole.FillAsync();
        using var cancel = new CancellationTokenSource();
        var connecting = Dialer.ConnectAsync([Dead, Dead, Dead], hole.Port, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Eventually.Deadline));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_host_is_reached_by_name_and_by_address(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = await Dialer.ConnectAsync(
            host, ((IPEndPoint)listener.LocalEndpoint).Port, TestContext.Current.CancellationToken);
        Assert.True(socket.NoDelay);
    }

    private static Task<Socket> ConnectAsync(IPAddress[] addresses, TcpListener listener) =>
        Dialer.ConnectAsync(
            addresses,
            ((IPEndPoint)listener.LocalEndpoint).Port,
            TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Deadline);

    /// <summary>An address at which connections are neither made nor refused: its queue is full.</summary>
    private sealed class BlackHole : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queued = [];

        public BlackHole(int port)
        {
            Port = port;
            _listener.Bind(new IPEndPoint(Dead, port));
            _listener.Listen(0);
        }

        public int Port { get; }

        public async Task FillAsync()
        {
            // One that is not let in within that time is kept out for good.
            for (var isOpen = true; isOpen;)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _queued.Add(socket);
                var connecting = socket.ConnectAsync(Dead, Port);
                isOpen = await Task.WhenAny(connecting, Task.Delay(200, TestContext.Current.CancellationToken)) == connecting;
            }
        }

        public void Dispose()
        {
            _queued.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }
    }
}
