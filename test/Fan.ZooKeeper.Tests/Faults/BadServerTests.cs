using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Faults;

/// <summary>What answers is no ZooKeeper server, or a broken one: a clear error, in bounded time and memory.</summary>
public sealed class BadServerTests
{
    private static readonly byte[] s_stat = new byte[68];

    public static TheoryData<string, string> BrokenReplies => new()
    {
        { "negative", "a frame says that it has -1 bytes" },
        { "short", "a frame says that it has 3 bytes" },
        { "huge", "has 2147483647 bytes; at most" },
        { "other", "is the oldest request" },
        { "cut", "it ends 997 bytes too early" },
        { "list", "a list of 1000000000 elements does not fit" },
        { "text", "a frame says that it has 1213486160 bytes; at most" },
        { "closed", "ended the connection" },
    };

    [Theory]
    [MemberData(nameof(BrokenReplies))]
    public async Task A_reply_that_breaks_the_protocol_ends_the_connection_and_is_named(string kind, string message)
    {
        await using var server = new FakeServer(xid => kind switch
        {
            "negative" => [255, 255, 255, 255],
            "short" => [0, 0, 0, 3, 1, 2, 3],
            "huge" => [127, 255, 255, 255],
            "other" => FakeServer.Reply(xid + 1, []),
            "cut" => FakeServer.Reply(xid, [0, 0, 3, 232, 1, 2, 3]),
            "list" => FakeServer.Reply(xid, [0x3b, 0x9a, 0xca, 0]),
            "text" => Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
            _ => throw new IOException("leave"),
        });
        var options = new ZooKeeperOptions { RequestTimeout = TimeSpan.FromMilliseconds(300) };
        await using var store = ZooKeeperHarness.Create(server.Url, options);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => _ = kind == "list" ? await store.GetChildrenAsync("/") : (object?)await store.GetAsync("/"));
        Assert.Contains(kind == "text" ? "1213486160 bytes" : message, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_ends_the_connection()
    {
        await using var server = new FakeServer(xid => [.. FakeServer.Reply(xid, [0, 0, 0, 0, .. s_stat]), .. FakeServer.Reply(xid, [])]);
        await using var store = ZooKeeperHarness.Create(server.Url);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        var connection = await store.Client.Session.ConnectionAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.NotNull(await store.GetAsync("/", TestContext.Current.CancellationToken));
        var loss = await connection.Ended.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Contains("nothing was asked", loss.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_connection_shows_the_session_and_what_it_has_seen_and_syncs_before_anything_is_read()
    {
        var asked = 0;
        await using var server = new FakeServer(
            xid => ++asked == 2 ? throw new IOException("leave") : FakeServer.Reply(xid, [0, 0, 0, 0, .. s_stat], zxid: 42));
        await using var store = ZooKeeperHarness.Create(server.Url);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++) Assert.NotNull(await store.GetAsync("/", TestContext.Current.CancellationToken));
        const int sync = 9, read = 4;
        Assert.Equal([sync, read, read, sync, read], server.Operations);
        Assert.Equal([(0L, 0L), (42L, 1L)], server.Handshakes.Select(
            frame => (BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(4)), BinaryPrimitives.ReadInt64BigEndian(frame.AsSpan(16)))));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "no ZooKeeper session")]
    [InlineData("\u0015\u0003\u0003\u0000\u0002\u0002\u0028", "no ZooKeeper session")]
    [InlineData("", "ended the connection instead of giving a session")]
    public async Task What_gives_no_session_is_named_when_the_store_is_opened(string greeting, string message)
    {
        await using var server = new FakeServer(_ => []) { Greeting = Encoding.Latin1.GetBytes(greeting) };
        await using var store = ZooKeeperHarness.Create(server.Url);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(SessionState.None, store.State);
    }

    [Fact]
    public async Task A_server_that_says_nothing_and_one_that_is_not_there_are_named()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using var store = ZooKeeperHarness.Create($"zookeeper://127.0.0.1:{port}?session=1s");
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"127.0.0.1:{port} did not open a session within 1000 ms", error.Message, StringComparison.Ordinal);
        silent.Stop();
        // Opening it again is what its owner does until it succeeds.
        error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"127.0.0.1:{port} can't be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_bytes_a_reply_has_it_is_read_or_refused()
    {
        var bytes = Gen.Select(Gen.Byte.Array[0, 120], Gen.Int[0, 5], Gen.Bool, (noise, kind, small) => (noise, kind, small));
        bytes.Sample(sample =>
        {
            // Counts and lengths that are small get further in.
            if (sample.small)
            {
                for (var i = 0; i + 3 < sample.noise.Length; i += 4) sample.noise[i] = sample.noise[i + 1] = sample.noise[i + 2] = 0;
            }

            Request request = sample.kind switch
            {
                0 => new GetDataRequest("/"),
                1 => new GetChildrenRequest("/"),
                2 => new GetAclRequest("/"),
                3 => new GetEphemeralsRequest("/"),
                4 => new ExistsRequest("/"),
                _ => new MultiRequest([new CheckNode("/", 0), new SetNode("/", default, 0), new DeleteNode("/", 0)]),
            };
            var reader = new JuteReader(sample.noise, chroot: "/fan");
            try
            {
                request.Complete(ErrorCode.Ok, ref reader);
            }
            catch (MalformedReplyException)
            {
                // Refused, and who waits was told.
            }

            return request.IsCompleted;
        });
    }
}
