using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fan.Http.Tests;

/// <summary>A server that is nothing but a socket: it records the bytes of each request and sends what the test wants.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<RawRequest, byte[]?> _reply;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    /// <param name="reply">The bytes to send; null cuts the connection.</param>
    public RawServer(Func<RawRequest, byte[]?> reply)
    {
        _reply = reply;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    public RawRequest Single => Assert.Single(Requests);

    public static byte[] Reply(string status, string body = "", string headers = "Content-Type: application/json\r\n") =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        // Before the listener stops: it would not accept to be asked.
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _stopping.Dispose();
        _listener.Dispose();
    }

    // What is no whole reply is followed by the end of the connection.
    private static bool IsWhole(byte[] reply)
    {
        var text = Encoding.Latin1.GetString(reply);
        var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var length = text.IndexOf("Content-Length: ", StringComparison.Ordinal);
        return length >= 0
            && body >= 4
            && int.TryParse(text[(length + 16)..text.IndexOf('\r', length)], out var announced)
            && announced == text.Length - body;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var reader = new RawReader(client.GetStream());
                while (await reader.ReadAsync(_stopping.Token) is { } request)
                {
                    Requests.Enqueue(request);
                    if (_reply(request) is not { } reply) return;
                    await client.GetStream().WriteAsync(reply, _stopping.Token);
                    if (!IsWhole(reply)) return;
                }
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                // The peer or the test is done.
            }
        }
    }
}

/// <summary>One request, or one reply, as its bytes say.</summary>
internal sealed record RawRequest(string Start, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public int Status => int.Parse(Start.Split(' ')[1]);

    public string? this[string name] =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value).SingleOrDefault();
}
