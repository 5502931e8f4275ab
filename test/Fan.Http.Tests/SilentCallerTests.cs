using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Fan.Conformance;
using Fan.Http.Serving;
using Fan.Messaging;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Http.Tests;

/// <summary>Callers that have gone without closing their connection.</summary>
public sealed class SilentCallerTests : IAsyncLifetime
{
    private const int Headers = 1;
    private const int Settings = 4;
    private const int Ping = 6;
    private const int Ack = 1;
    private const int EndOfStreamAndHeaders = 5;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly ConcurrentQueue<string> _begun = new();
    private readonly ConcurrentQueue<string> _abandoned = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (bool IsOn, int Time, int Interval, int Count)? _kept;
    private KestrelListener _listener = null!;

    private Uri Address => new($"http://127.0.0.1:{_listener.Port}/");

    public async ValueTask InitializeAsync()
    {
        _listener = new KestrelListener(
            new IPEndPoint(IPAddress.Loopback, 0),
            new FanLimits(),
            10,
            null,
            _services,
            TimeProvider.System,
            NullLoggerFactory.Instance,
            Silence);
        await _listener.StartAsync(ServeAsync, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await _listener.StopAsync(CancellationToken.None);
        _listener.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_whose_caller_answers_no_ping_is_closed_with_its_calls_and_one_that_answers_stays()
    {
        using var silent = await CallAsync("/silent");
        using var answering = await CallAsync("/answering");
        var answers = 0;
        var replied = Task.Run(async () =>
        {
            while (await answering.ReadFrameAsync() is var (type, body) && type != Headers)
            {
                if (type != Ping) continue;
                await answering.WriteFrameAsync(Ping, Ack, 0, body);
                Interlocked.Increment(ref answers);
            }
        });
        await EndAsync(silent).WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Task.FromResult(!_abandoned.IsEmpty), "the call of the silent one has ended");
        // It was asked at the same times, and goes on to be.
        var before = Volatile.Read(ref answers);
        await Eventually.TrueAsync(
            () => Task.FromResult(Volatile.Read(ref answers) >= before + 1 || replied.IsCompleted), "the other one is asked on");
        _release.SetResult();
        await replied.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(["/silent"], _abandoned);
    }

    [Fact]
    public async Task The_system_asks_callers_of_whom_nothing_is_heard_on_every_connection()
    {
        _release.SetResult();
        Assert.Equal(200, (await RawClient.SendAsync(Address, "GET / HTTP/1.1")).Status);
        Assert.Equal((true, 1, 5, 3), _kept);
    }

    private async Task ServeAsync(IFeatureCollection features)
    {
        var path = features.GetRequiredFeature<IHttpRequestFeature>().Path;
        if (features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            int Of(SocketOptionName name) => (int)socket.GetSocketOption(SocketOptionLevel.Tcp, name)!;
            _kept = (
                (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)! != 0,
                Of(SocketOptionName.TcpKeepAliveTime),
                Of(SocketOptionName.TcpKeepAliveInterval),
                Of(SocketOptionName.TcpKeepAliveRetryCount));
        }

        _begun.Enqueue(path);
        try
        {
            await _release.Task.WaitAsync(features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted);
        }
        catch (OperationCanceledException)
        {
            _abandoned.Enqueue(path);
        }
    }

    // A connection with a call that is being served.
    private async Task<RawClient> CallAsync(string path)
    {
        var client = new RawClient(Address);
        await client.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        await client.WriteFrameAsync(Settings, 0, 0, []);
        // POST over http; path and authority are not indexed.
        await client.WriteFrameAsync(
            Headers,
            EndOfStreamAndHeaders,
            1,
            [0x83, 0x86, 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x01, 9, .. "localhost"u8]);
        await Eventually.TrueAsync(() => Task.FromResult(_begun.Contains(path)), path + " is being served");
        return client;
    }

    private static async Task EndAsync(RawClient client)
    {
        try
        {
            while (true) await client.ReadFrameAsync();
        }
        catch (IOException)
        {
            // Closed or reset.
        }
    }
}
