using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Fan.ZooKeeper.Tests.Servers;

/// <summary>Gives sessions as a ZooKeeper server does, and answers everything but that as a test says.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private const int Sync = 9;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, byte[]> _answer;
    private readonly Task _accepting;

    /// <param name="answer">The bytes for a request with a number.</param>
    public FakeServer(Func<int, byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Sent instead of a session.</summary>
    public byte[]? Greeting { get; init; }

    /// <summary>What asked for a session, from the first connection on.</summary>
    public ConcurrentQueue<byte[]> Handshakes { get; } = new();

    /// <summary>The kinds of the requests, over all connections.</summary>
    public ConcurrentQueue<int> Operations { get; } = new();

    public string Url => $"zookeeper://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>A frame with a header of a reply.</summary>
    public static byte[] Reply(int xid, ReadOnlySpan<byte> body, long zxid = 0)
    {
        var frame = new byte[20 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, 16 + body.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), xid);
        BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(8), zxid);
        body.CopyTo(frame.AsSpan(20));
        return frame;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync()));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            try
            {
                Handshakes.Enqueue(await ReadFrameAsync(stream));
                if (Greeting is not null)
                {
                    await stream.WriteAsync(Greeting);
                    return;
                }

                var session = new byte[41];
                session[3] = 37;
                BinaryPrimitives.WriteInt32BigEndian(session.AsSpan(8), 10_000);
                session[19] = 1;
                session[23] = 16;
                await stream.WriteAsync(session);
                while (true)
                {
                    var request = await ReadFrameAsync(stream);
                    var (xid, op) = (BinaryPrimitives.ReadInt32BigEndian(request), BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(4)));
                    Operations.Enqueue(op);
                    await stream.WriteAsync(op == Sync ? Reply(xid, [0, 0, 0, 1, (byte)'/']) : op == -11 ? Reply(xid, []) : _answer(xid));
                }
            }
            catch (Exception error) when (error is IOException)
            {
                // The client has left.
            }
        }
    }

    private static async Task<byte[]> ReadFrameAsync(NetworkStream stream)
    {
        var prefix = new byte[4];
        await stream.ReadExactlyAsync(prefix);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await stream.ReadExactlyAsync(frame);
        return frame;
    }
}
