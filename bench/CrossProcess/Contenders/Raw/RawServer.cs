using System.Buffers.Binary;
using System.Net.Sockets;

namespace CrossProcess.Contenders.Raw;

/// <summary>Sends back every whole frame that a read brought, with one write.</summary>
internal sealed class RawServer : Server
{
    private readonly Socket _listener;
    private readonly DirectoryInfo? _folder;
    private readonly Task _serving;

    public RawServer(Socket listener, string address, DirectoryInfo? folder)
    {
        Address = address;
        (_listener, _folder) = (listener, folder);
        listener.Listen();
        _serving = ServeAsync();
    }

    public override string Address { get; }

    public override async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        _folder?.Delete(recursive: true);
    }

    private async Task ServeAsync()
    {
        try
        {
            using var socket = await _listener.AcceptAsync();
            if (socket.AddressFamily != AddressFamily.Unix) socket.NoDelay = true;
            var buffer = new byte[RawClient.BufferBytes];
            for (int have = 0, read; (read = await socket.ReceiveAsync(buffer.AsMemory(have))) > 0;)
            {
                have += read;
                var whole = Whole(buffer.AsSpan(0, have));
                for (var sent = 0; sent < whole;) sent += await socket.SendAsync(buffer.AsMemory(sent, whole - sent));
                buffer.AsSpan(whole, have - whole).CopyTo(buffer);
                have -= whole;
            }
        }
        catch (SocketException)
        {
            // Stopped, or the client has gone.
        }
    }

    private static int Whole(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (bytes.Length - at >= RawClient.HeaderBytes)
        {
            var end = at + RawClient.HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
            if (end > bytes.Length) break;
            at = end;
        }

        return at;
    }
}
