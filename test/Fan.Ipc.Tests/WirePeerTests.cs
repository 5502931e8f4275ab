using System.Collections.Concurrent;
using System.Threading.Channels;
using Fan.Conformance;
using Fan.Discovery;
using Fan.Ipc.Calling;
using Fan.Ipc.Connections;
using Fan.Ipc.Sockets;
using Fan.Messaging;
using Fan.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Ipc.Tests;

/// <summary>The connections to one address, as they come and go.</summary>
public sealed class WirePeerTests : IpcTest
{
    private const int GoAway = 10;

    [Fact]
    public async Task A_connection_that_is_made_while_all_are_closed_stops_nobody()
    {
        await RegisterAsync(new EndpointDescription
        {
            Transport = "ipc",
            IsFan = true,
            Methods = [new EndpointMethod { Name = "touch" }],
            Properties = new Dictionary<string, string> { ["path"] = "/nowhere", ["host_id"] = HostIdentity.Current() }
        });
        var caller = await CallerAsync();
        var endpoint = Assert.Single(
            await caller.Services.GetRequiredService<IEndpointDirectory>().FindAsync("cellar", TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(
            () => CloseMidwayAsync(endpoint), "the connection was made between the beginning and the end of the closing");
    }

    // False where it was given up before.
    private static async Task<bool> CloseMidwayAsync(Endpoint endpoint)
    {
        var streams = new ConcurrentQueue<FedStream>();
        var connecting = CancellationToken.None;
        using var peer = new WirePeer(
            "there",
            token =>
            {
                connecting = token;
                var stream = new FedStream();
                streams.Enqueue(stream);
                return new(new WireLink(null, stream, "there"));
            },
            new WireSettings("caller", new FanLimits(), new FanIpcOptions(), TimeProvider.System),
            static _ => { });
        var calls = new List<Task>();

        // Two that have a call left and take no more.
        for (var i = 1; i <= 2; i++)
        {
            calls.Add(peer.CallAsync(Call(endpoint), CancellationToken.None).AsTask());
            await Eventually.TrueAsync(() => Task.FromResult(streams.Count == i), "it connects");
            var stream = streams.Last();
            stream.Feed(WireDecoder.Hello());
            await Eventually.TrueAsync(() => Task.FromResult(stream.Writes == 2), "the hello and the request are sent");
            stream.Feed(WireDecoder.Frame(GoAway, 0, [1, 0, 0, 0]));
            await Eventually.TrueAsync(() => Task.FromResult(stream.IsRead), "it is told to go elsewhere");
        }

        // One whose hello comes when the closing has begun, and which is there before it has ended.
        var last = peer.CallAsync(Call(endpoint), CancellationToken.None).AsTask();
        await Eventually.TrueAsync(
            () => Task.FromResult(streams.Count == 3 && streams.Last().IsRead && ThreadPool.PendingWorkItemCount == 0),
            "it waits for the hello");
        var late = streams.Last();
        using var closing = connecting.Register(() =>
        {
            late.Feed(WireDecoder.Hello());
            SpinWait.SpinUntil(() => late.IsRead && ThreadPool.PendingWorkItemCount == 0, Eventually.Deadline);
        });
        streams.First().Closing = () => ((IAsyncResult)last).AsyncWaitHandle.WaitOne(Eventually.Deadline);
        peer.Dispose();
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<ServiceUnavailableException>(() => call).WaitAsync(
                Eventually.Deadline, TestContext.Current.CancellationToken);
        }
        var error = await Assert.ThrowsAsync<EndpointUnreachableException>(() => last).WaitAsync(
            Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.All(streams, stream => Assert.True(stream.IsClosed));
        return error.InnerException is ObjectDisposedException;
    }

    private static OutgoingCall Call(Endpoint endpoint) => new()
    {
        Endpoint = endpoint,
        Service = "cellar",
        Method = "touch",
        Payload = "{}"u8.ToArray(),
        ContentType = "application/json",
        Headers = new MessageHeaders(),
        Limits = new FanLimits(),
    };

    /// <summary>Gives what a test feeds it, and counts what is written.</summary>
    private sealed class FedStream : Stream
    {
        private readonly Channel<byte[]> _fed = Channel.CreateUnbounded<byte[]>();
        private int _feeds;
        private int _reads;
        private int _writes;

        /// <summary>Runs when it is closed, before it is.</summary>
        public Action? Closing { get; set; }

        public bool IsClosed { get; private set; }

        public int Writes => Volatile.Read(ref _writes);

        /// <summary>Whether all that was fed has been dealt with, and more is waited for.</summary>
        public bool IsRead => Volatile.Read(ref _reads) > Volatile.Read(ref _feeds);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Feed(byte[] bytes)
        {
            Interlocked.Increment(ref _feeds);
            _fed.Writer.TryWrite(bytes);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _reads);
            var bytes = await _fed.Reader.ReadAsync(cancellationToken);
            bytes.CopyTo(buffer);
            return bytes.Length;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _writes);
            return default;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            Closing?.Invoke();
            IsClosed = true;
            _fed.Writer.TryComplete();
            base.Dispose(disposing);
        }
    }
}
