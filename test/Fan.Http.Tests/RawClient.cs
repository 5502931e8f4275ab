using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fan.Http.Tests;

/// <summary>A client that is nothing but a socket.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly RawReader _reader;

    public RawClient(Uri address)
    {
        _client.Connect(IPAddress.Parse(address.Host), address.Port);
        _reader = new RawReader(_client.GetStream());
    }

    /// <summary>One request on a connection of its own.</summary>
    public static async Task<RawRequest> SendAsync(
        Uri address, string start, string headers = "", byte[]? body = null, string host = "localhost")
    {
        using var client = new RawClient(address);
        await client.WriteAsync(Request(start, headers, body, host));
        return await client.ReadAsync() ?? throw new IOException("The server closed the connection without a reply.");
    }

    public static Task<RawRequest> PostAsync(Uri address, string path, string json, string headers = "") =>
        SendAsync(address, $"POST {path} HTTP/1.1", "Content-Type: application/json\r\n" + headers, Encoding.UTF8.GetBytes(json));

    public static byte[] Request(string start, string headers = "", byte[]? body = null, string host = "localhost") =>
        [.. Encoding.UTF8.GetBytes(
            $"{start}\r\nHost: {host}\r\n{headers}{(body is null ? "" : $"Content-Length: {body.Length}\r\n")}\r\n"), .. body ?? []];

    public async Task WriteAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public Task<RawRequest?> ReadAsync() =>
        _reader.ReadAsync(TestContext.Current.CancellationToken).WaitAsync(Fan.Conformance.Eventually.Deadline);

    /// <summary>The type of the next HTTP/2 frame; its content is passed over.</summary>
    public async Task<int> ReadFrameTypeAsync() => (await ReadFrameAsync()).Type;

    /// <summary>The next HTTP/2 frame.</summary>
    public async Task<(int Type, byte[] Body)> ReadFrameAsync()
    {
        var head = new byte[9];
        await _client.GetStream().ReadExactlyAsync(head, TestContext.Current.CancellationToken);
        var body = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await _client.GetStream().ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        return (head[3], body);
    }

    /// <summary>Sends an HTTP/2 frame.</summary>
    public Task WriteFrameAsync(int type, int flags, int stream, byte[] body) =>
        WriteAsync([
            (byte)(body.Length >> 16),
            (byte)(body.Length >> 8),
            (byte)body.Length,
            (byte)type,
            (byte)flags,
            (byte)(stream >> 24),
            (byte)(stream >> 16),
            (byte)(stream >> 8),
            (byte)stream,
            .. body
        ]);

    /// <summary>Sends no more, and goes on reading.</summary>
    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    public void Dispose() => _client.Dispose();
}
