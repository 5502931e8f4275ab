using System.Net;
using System.Net.Sockets;

namespace Fan.Conformance;

/// <summary>
/// Stands between a client and its server, and can stop carrying bytes without closing anything, as a network does that lost a route.
/// </summary>
public sealed class FrozenLink : IAsyncDisposable
{
    private readonly EndPoint _target;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly List<Socket> _open = [];
    private TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;
    private volatile bool _holds;
    private TaskCompletionSource _passing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FrozenLink(EndPoint target, EndPoint address)
    {
        _target = target;
        _passing.SetResult();
        _listener = New(address);
        _listener.Bind(address);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, for a link over TCP.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>A link to a port of this machine.</summary>
    public static FrozenLink To(int port) => new(new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.Loopback, 0));

    /// <summary>A link between two unix domain sockets.</summary>
    public static FrozenLink To(string path, string at) => new(new UnixDomainSocketEndPoint(path), new UnixDomainSocketEndPoint(at));

    /// <summary>Whoever connects or sends is heard by nobody from now on, and hears nothing, not even the end of a connection.</summary>
    public void Freeze()
    {
        _holds = false;
        _passing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Whether it was given something since it froze.</summary>
    public bool Holds => _holds;

    /// <summary>Ends the connections that there are, with whatever is on its way in them; new ones are carried.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _open.ForEach(socket => socket.Dispose());
            _open.Clear();
        }

        Thaw();
    }

    /// <summary>The connections that there are are never heard of again; new ones are carried.</summary>
    public void Forget() =>
        Interlocked.Exchange(ref _known, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>Carries what was held back, and all that comes.</summary>
    public void Thaw() => _passing.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        lock (_gate) _open.ForEach(socket => socket.Dispose());
        await _accepting;
        _ending.Dispose();
    }

    private static Socket New(EndPoint address) => address is IPEndPoint
        ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
        : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private async Task AcceptAsync()
    {
        var carried = new List<Task>();
        try
        {
            while (true) carried.Add(CarryAsync(await _listener.AcceptAsync(_ending.Token)));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var near = client;
        using var far = New(_target);
        lock (_gate) _open.AddRange([near, far]);
        try
        {
            await PassAsync();
            var forgotten = Volatile.Read(ref _known).Task;
            await far.ConnectAsync(_target, _ending.Token);
            await Task.WhenAny(PumpAsync(near, far, forgotten), PumpAsync(far, near, forgotten));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody listens behind: the client sees its connection end.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Task forgotten)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var size = await from.ReceiveAsync(buffer, _ending.Token);
                _holds |= !Volatile.Read(ref _passing).Task.IsCompleted;
                await PassAsync(forgotten);
                if (size == 0) return;
                for (var sent = 0; sent < size;) sent += await to.SendAsync(buffer.AsMemory(sent, size - sent), _ending.Token);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other direction ends with it, as soon as anything passes.
            await PassAsync(forgotten);
        }
    }

    private async Task PassAsync(Task forgotten)
    {
        await PassAsync();
        if (forgotten is { IsCompleted: true })
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PassAsync() =>
        await Volatile.Read(ref _passing).Task.WaitAsync(_ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
