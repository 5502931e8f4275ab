using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fan.Http.Tests;

/// <summary>A server of HTTP/2 that is nothing but sockets and frames: it does with connections and streams what the test wants.</summary>
internal sealed class Http2Server : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Action<Http2Request> _serve;
    private readonly ConcurrentBag<Task> _running = [];
    private readonly Task _accepting;
    private int _connections;

    /// <param name="serve">
    /// What to do with each request that has come whole, and in the order in which they came on their connection.
    /// </param>
    public Http2Server(Action<Http2Request> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The bodies of all requests that have come.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_running);
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                _running.Add(ServeAsync(new Http2Connection(socket, Interlocked.Increment(ref _connections))));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Http2Connection connection)
    {
        using (connection)
        {
            try
            {
                await foreach (var request in connection.ReadAsync(_stopping.Token))
                {
                    Bodies.Enqueue(request.Text);
                    _serve(request);
                }
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // The peer or the test is done with it.
            }
        }
    }
}

/// <summary>One request, whole.</summary>
internal sealed record Http2Request(Http2Connection Connection, int Stream, string Text);

/// <summary>One connection to a client, and what a server may do with it.</summary>
internal sealed class Http2Connection(Socket socket, int number) : IDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte GoAwayFrame = 7;
    private const byte EndOfStream = 1;
    private const byte EndOfHeaders = 4;
    private const byte Acknowledged = 1;

    // ":status: 200" of the static table, and "content-type: application/json" written out.
    private static readonly byte[] Ok = [0x88, 0x0f, 0x10, 16, .. "application/json"u8];

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly Lock _gate = new();

    /// <summary>Which one it is of its server's, from 1 on.</summary>
    public int Number => number;

    public async IAsyncEnumerable<Http2Request> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _stream.ReadExactlyAsync(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length], cancellationToken);
        Write(Settings, 0, 0, []);
        var bodies = new Dictionary<int, StringBuilder>();
        var head = new byte[9];
        while (true)
        {
            await _stream.ReadExactlyAsync(head, cancellationToken);
            var body = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await _stream.ReadExactlyAsync(body, cancellationToken);
            var (type, flags, stream) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
            if (type == Settings && (flags & Acknowledged) == 0) Write(Settings, Acknowledged, 0, []);
            if (type == Ping && (flags & Acknowledged) == 0) Write(Ping, Acknowledged, 0, body);
            if (type == Headers) bodies[stream] = new StringBuilder();
            if (type == Data) bodies[stream].Append(Encoding.UTF8.GetString(body));
            if (type is Headers or Data && (flags & EndOfStream) != 0)
            {
                yield return new Http2Request(this, stream, bodies[stream].ToString());
            }
        }
    }

    public void Reply(int stream, string json)
    {
        BeginReply(stream);
        Write(Data, EndOfStream, stream, Encoding.UTF8.GetBytes(json));
    }

    public void BeginReply(int stream) => Write(Headers, EndOfHeaders, stream, Ok);

    public void WritePart(int stream, string part) => Write(Data, 0, stream, Encoding.UTF8.GetBytes(part));

    /// <summary>RST_STREAM.</summary>
    public void Refuse(int stream, int code) => Write(Reset, 0, stream, Number32(code));

    /// <summary>GOAWAY: nothing after the last stream was begun.</summary>
    public void GoAway(int last, int code) => Write(GoAwayFrame, 0, 0, [.. Number32(last), .. Number32(code)]);

    /// <summary>Ends it in order, whatever is on it.</summary>
    public void Close() => socket.Shutdown(SocketShutdown.Both);

    /// <summary>Ends it as a process does that was killed.</summary>
    public void Abort()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public void Dispose() => _stream.Dispose();

    private static byte[] Number32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private void Write(byte type, byte flags, int stream, byte[] body)
    {
        byte[] frame = [(byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, type, flags, .. Number32(stream), .. body];
        lock (_gate) _stream.Write(frame);
    }
}
