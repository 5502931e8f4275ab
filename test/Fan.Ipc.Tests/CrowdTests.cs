using Fan.Conformance;
using Fan.Conformance.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Ipc.Tests;

/// <summary>Callers that are too many, say nothing, or do not read.</summary>
public sealed class CrowdTests : IpcTest
{
    // Above what stands in the windows and in the buffers of the system, and below all replies.
    private const int MostUnread = 120;
    private const int Requests = 300;

    private static readonly string Text = new('x', 50_000);

    [Fact]
    public async Task Replies_that_are_not_read_hold_up_the_requests_of_their_connection()
    {
        var service = await ServeAsync(options => options.ReplyWindowBytes = 1024 * 1024);
        using var peer = await GreetAsync(service);
        await AskAsync(peer);
        await Eventually.TrueAsync(() => Task.FromResult(Cellar.Calls > 40), "it serves what has room");
        for (var read = 1; read <= Requests; read++)
        {
            await peer.ExpectAsync("REPLY", "CREDIT");
            Assert.InRange(Cellar.Calls, read, read + MostUnread);
        }
    }

    [Fact]
    public async Task A_caller_that_reads_nothing_is_given_up()
    {
        var clock = new FakeTimeProvider();
        var log = new WrittenText();
        var service = await ServeAsync(options => options.ReplyWindowBytes = 1024 * 1024, fan =>
        {
            fan.Services.AddSingleton<TimeProvider>(clock);
            log.Follow(fan);
        });
        using var peer = await GreetAsync(service);
        await peer.SendAsync(WireDecoder.Request(Requests + 1, WireDecoder.Text("cellar/wait"), "{}"));
        await Cellar.Waiting.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        await AskAsync(peer);
        await Eventually.TrueAsync(() => Task.FromResult(Cellar.Calls > 40), "it serves what has room");
        // It goes on to show that it is there.
        var showing = 0UL;
        await Eventually.TrueAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(5));
                if (Cellar.Ended.IsCompleted) return true;
                try
                {
                    await peer.SendAsync(WireDecoder.Frame(12, 0, BitConverter.GetBytes(++showing)));
                }
                catch (System.Net.Sockets.SocketException)
                {
                    // It has been given up.
                }

                return Cellar.Ended.IsCompleted;
            },
            "its calls are cancelled");
        Assert.InRange(Cellar.Calls, 40, MostUnread);
        await Eventually.TrueAsync(
            () => Task.FromResult(log.Written.Any(line => line.Contains("has taken nothing", StringComparison.Ordinal))),
            "the log says why");
    }

    [Fact]
    public async Task The_time_in_which_a_request_is_held_up_counts()
    {
        var clock = new FakeTimeProvider();
        var service = await ServeAsync(
            options => options.ReplyWindowBytes = 1024 * 1024, fan => fan.Services.AddSingleton<TimeProvider>(clock));
        using var peer = await GreetAsync(service);
        await AskAsync(peer);
        // The first in microseconds, and one more; the second has no limit.
        await peer.SendAsync(
            WireDecoder.Request(Requests + 1, WireDecoder.Text("cellar/touch"), "{}", time: 1_000_001),
            WireDecoder.Request(Requests + 2, WireDecoder.Text("cellar/touch"), "{}"));
        await Eventually.TrueAsync(() => Task.FromResult(Cellar.Calls > 40), "it serves what has room");
        var ends = new Dictionary<uint, string>();
        while (ends.Count < Requests + 2)
        {
            var frame = await peer.ReadAsync();
            Assert.NotNull(frame);
            if (frame.Name is "REPLY" or "ERROR") ends[frame.Stream] = frame.Name == "REPLY" ? "" : WireDecoder.Members(frame.Body)[1];
            clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal(["deadline_exceeded"], ends.Values.Where(end => end.Length > 0));
        Assert.Equal(("deadline_exceeded", 1), (ends[Requests + 1], Cellar.Touched));
    }

    [Fact]
    public async Task A_connection_on_which_no_hello_comes_is_closed()
    {
        var service = await ServeAsync(options => options.ConnectTimeout = TimeSpan.FromMilliseconds(200));
        using var peer = await DialAsync(service);
        await peer.ExpectAsync("HELLO");
        Assert.Null(await peer.ReadAsync().WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Connections_that_say_nothing_shut_nobody_out()
    {
        var service = await ServeAsync(options => (options.MaxConnections, options.ConnectTimeout) = (20, TimeSpan.FromMinutes(5)));
        var silent = new List<WireDecoder>();
        for (var i = 0; i < 40; i++) silent.Add(await DialAsync(service));
        var cellar = (await CallerAsync()).Fan.Get<ICellar>();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await cellar.EchoAsync("x") == "x";
                }
                catch (Exception error) when (error is ServiceUnavailableException or CircuitOpenException)
                {
                    // Within the moment in which the silent ones might still say hello.
                    return false;
                }
            },
            "the caller is let in");
        silent.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public async Task Callers_beyond_the_bound_call_another_instance_or_another_route()
    {
        var full = await ServeAsync(options => options.MaxConnections = 1);
        using var one = await GreetAsync(full);
        await one.SendAsync(WireDecoder.Request(1, WireDecoder.Text("cellar/touch"), "{}"));
        await one.ExpectAsync("REPLY");
        var other = new Cellar();
        await StartAsync("tcp", fan => fan.AddTcp().AddService<ICellar>(_ => other));
        var caller = await StartAsync("caller", fan => AddIpc(fan).AddTcp());
        await caller.SeesAsync("cellar", 2);
        for (var i = 0; i < 20; i++) Assert.Equal(i, (await caller.Fan.Get<ICellar>().GetAsync(i)).Id);
        Assert.Equal(20, other.Calls);
    }

    private static async Task AskAsync(WireDecoder peer)
    {
        for (var i = 1; i <= Requests; i++)
        {
            await peer.SendAsync(WireDecoder.Request((uint)i, WireDecoder.Text("cellar/echo"), $$"""{"text":"{{Text}}"}"""));
        }
    }
}
