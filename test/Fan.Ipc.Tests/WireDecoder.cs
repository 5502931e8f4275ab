using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Fan.Ipc.Tests;

/// <summary>One frame, as docs/wire.md describes it.</summary>
internal sealed record WireFrame(int Type, uint Stream, byte[] Body)
{
    private static readonly string[] Names =
    [
        "?", "HELLO", "NAME", "REQUEST", "REPLY", "ERROR", "ITEM", "END", "CREDIT", "CANCEL", "GOAWAY", "PING", "PONG"
    ];

    public string Name => Names[Type];
}

/// <summary>A peer written after docs/wire.md alone: it shares no code with what it tests.</summary>
internal sealed class WireDecoder(Socket socket) : IDisposable
{
    public static byte[] Magic { get; } = [0xF1, 0x46, 0x41, 0x4E, 0x0D, 0x0A, 0x1A, 0x0A];

    public static async Task<WireDecoder> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new WireDecoder(socket);
    }

    public static async Task<WireDecoder> ConnectAsync(string host, int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host, port);
        return new WireDecoder(socket);
    }

    public static byte[] Frame(int type, uint stream, params byte[][] body)
    {
        var bytes = body.SelectMany(part => part).ToArray();
        var frame = new byte[9 + bytes.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), stream);
        frame[8] = (byte)type;
        bytes.CopyTo(frame, 9);
        return frame;
    }

    public static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        do
        {
            bytes.Add((byte)((value & 0x7f) | (value > 0x7f ? 0x80u : 0)));
            value >>= 7;
        }
        while (value > 0);
        return [.. bytes];
    }

    public static byte[] Text(string text) => [.. Number((ulong)Encoding.UTF8.GetByteCount(text) * 2), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Reference(uint name) => Number(((ulong)name * 2) + 1);

    /// <summary>A hello that allows everything a test needs.</summary>
    public static byte[] Hello(
        int min = 1,
        int max = 1,
        string application = "by hand",
        ulong calls = 100,
        ulong names = 100,
        ulong window = 1 << 20,
        ulong sequenceWindow = 1 << 16) =>
        Frame(
            1,
            0,
            Magic,
            [(byte)min, (byte)max],
            [1],
            Text(application),
            Member(2, calls),
            Member(3, names),
            Member(4, window),
            Member(5, sequenceWindow));

    /// <summary>A request with JSON arguments and no headers; its time in µs and one more, or 0 for no limit.</summary>
    public static byte[] Request(uint stream, byte[] method, string json, byte flags = 0, ulong time = 0) =>
        Frame(3, stream, [flags], method, Number(time), Text(""), Number(0), Encoding.UTF8.GetBytes(json));

    public static byte[] Member(int field, ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return [(byte)field, 16, .. bytes];
    }

    public async Task SendAsync(params byte[][] frames)
    {
        var rest = frames.SelectMany(frame => frame).ToArray().AsMemory();
        while (rest.Length > 0) rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
    }

    public void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next frame; null when the peer has closed.</summary>
    public async Task<WireFrame?> ReadAsync()
    {
        var header = new byte[9];
        if (!await FillAsync(header)) return null;
        var body = new byte[BinaryPrimitives.ReadUInt32LittleEndian(header)];
        Assert.True(await FillAsync(body), "the peer closed within a frame");
        return new WireFrame(header[8], BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)), body);
    }

    public async Task<WireFrame> ExpectAsync(string name, params string[] skip)
    {
        var frame = await ReadAsync();
        while (frame is not null && skip.Contains(frame.Name)) frame = await ReadAsync();
        Assert.NotNull(frame);
        Assert.True(frame.Name == name, $"{name} was expected and {frame.Name} came: {Encoding.UTF8.GetString(frame.Body)}");
        return frame;
    }

    /// <summary>The error that ends the connection: its code and message.</summary>
    public async Task<(string Code, string Message)> ExpectEndAsync()
    {
        var frame = await ReadAsync();
        while (frame is not null && frame.Name != "ERROR") frame = await ReadAsync();
        Assert.NotNull(frame);
        Assert.Equal(0u, frame.Stream);
        Assert.Null(await ReadAsync());
        var members = Members(frame.Body);
        return (members[1], members[2]);
    }

    /// <summary>The members of an error by number.</summary>
    public static Dictionary<int, string> Members(byte[] body)
    {
        var members = new Dictionary<int, string>();
        for (var at = 0; at < body.Length;)
        {
            var field = (int)ReadNumber(body, ref at);
            var length = (int)(ReadNumber(body, ref at) / 2);
            members[field] = Encoding.UTF8.GetString(body, at, length);
            at += length;
        }

        return members;
    }

    public static ulong ReadNumber(byte[] body, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = body[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync(byte[] bytes)
    {
        for (var filled = 0; filled < bytes.Length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(filled)).AsTask().WaitAsync(Fan.Conformance.Eventually.Deadline);
            if (count == 0) return false;
            filled += count;
        }

        return true;
    }
}
