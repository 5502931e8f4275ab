using System.Text;
using static Fan.Ipc.Tests.WireDecoder;

namespace Fan.Ipc.Tests;

/// <summary>The protocol as docs/wire.md has it, spoken by hand.</summary>
public sealed class ProtocolTests : IpcTest
{
    [Fact]
    public async Task A_reply_comes_in_the_form_of_its_request()
    {
        using var peer = await GreetAsync(await ServeAsync());
        // add(left: 1, right: -2): two arguments, each its tag with the kind of a signed number, and the number in zigzag.
        await peer.SendAsync(WireDecoder.Frame(
            3,
            1,
            [0],
            WireDecoder.Text("cellar/add"),
            [0],
            WireDecoder.Text("application/x-fan"),
            [0],
            Convert.FromHexString("0212C7AE240222DE328E03")));
        Assert.Equal([0, .. WireDecoder.Text("application/x-fan")], (await peer.ExpectAsync("NAME")).Body);
        Assert.Equal([.. WireDecoder.Reference(0), 0, 2, 1], (await peer.ExpectAsync("REPLY")).Body);
        await peer.SendAsync(WireDecoder.Request(2, WireDecoder.Text("cellar/add"), "{\"left\":1,\"right\":-2}"));
        Assert.Equal([0, 0, .. "-1"u8], (await peer.ExpectAsync("REPLY")).Body);
        await peer.SendAsync(WireDecoder.Frame(
            3,
            3,
            [0],
            WireDecoder.Text("cellar/add"),
            [0],
            WireDecoder.Text("application/x-fan"),
            [0],
            Convert.FromHexString("0116C7AE2400")));
        var error = WireDecoder.Members((await peer.ExpectAsync("ERROR")).Body);
        Assert.Equal(("bad_argument", "left"), (error[1], error[8]));
    }

    private static readonly byte[] Echo = Text("cellar/echo");

    [Fact]
    public async Task A_client_written_by_hand_is_served()
    {
        using var peer = await GreetAsync(await ServeAsync());
        await peer.SendAsync(
            Frame(2, 0, Number(0), Text("cellar/echo")),
            Request(1, Reference(0), """{"text": "one"}"""),
            Request(2, Echo, """{"text": "two"}"""));
        var replies = new Dictionary<uint, string>();
        for (var i = 0; i < 2; i++)
        {
            var reply = await peer.ExpectAsync("REPLY");
            Assert.Equal([0, 0], reply.Body[..2]);
            replies[reply.Stream] = Encoding.UTF8.GetString(reply.Body[2..]);
        }

        Assert.Equal(("\"one\"", "\"two\""), (replies[1], replies[2]));
    }

    [Fact]
    public async Task A_sequence_comes_item_by_item_within_its_window_and_goes_on_with_credit()
    {
        using var peer = await DialAsync(await ServeAsync());
        const int Window = 10_000, Size = 1_000;
        await peer.SendAsync(
            Hello(sequenceWindow: Window), Request(7, Text("cellar/blocks"), $$"""{"count": 100, "size": {{Size}}}""", flags: 1));
        await peer.ExpectAsync("HELLO");
        var received = 0;
        var items = 0;
        while (received < Window)
        {
            var item = await peer.ExpectAsync("ITEM");
            received += 9 + item.Body.Length;
            items++;
        }

        // What is still made before the service notices, and not one more.
        await Fan.Conformance.Eventually.TrueAsync(() => Task.FromResult(Cellar.Produced > items), "the next item is made");
        await peer.SendAsync(Frame(11, 0, [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], (await peer.ExpectAsync("PONG")).Body);
        Assert.Equal(items + 1, Cellar.Produced);
        for (; items < 100; items++)
        {
            if (received >= Window)
            {
                await peer.SendAsync(Frame(8, 7, Number((ulong)received)), Frame(8, 0, Number((ulong)received)));
                received = 0;
            }

            received += 9 + (await peer.ExpectAsync("ITEM")).Body.Length;
        }

        Assert.Equal(7u, (await peer.ExpectAsync("END")).Stream);
    }

    [Fact]
    public async Task A_refused_call_costs_that_call_only()
    {
        using var peer = await GreetAsync(await ServeAsync());
        await peer.SendAsync(Request(1, Text("cellar/burn"), "{}"));
        var members = Members((await peer.ExpectAsync("ERROR")).Body);
        Assert.Equal(("no_such_method", "cellar", "burn"), (members[1], members[4], members[5]));
        await peer.SendAsync(Request(2, Text("nothing at all"), "{}"));
        Assert.Equal("bad_message", Members((await peer.ExpectAsync("ERROR")).Body)[1]);
        // More headers than are taken, and a time that is no time at all.
        await peer.SendAsync(
            Frame(3, 3, [0], Echo, Number(0), Text(""), Number(101)),
            Frame(3, 4, [0], Echo, Number(ulong.MaxValue), Text(""), Number(0), "{\"text\": \"x\"}"u8.ToArray()));
        Assert.Equal("limit_exceeded", Members((await peer.ExpectAsync("ERROR")).Body)[1]);
        Assert.Equal(4u, (await peer.ExpectAsync("REPLY")).Stream);
    }

    [Theory]
    [InlineData("ipc")]
    [InlineData("tcp")]
    public async Task A_call_whose_time_was_over_before_it_came_is_told_so_and_costs_nothing_else(string transport)
    {
        var service = transport == "ipc"
            ? await ServeAsync()
            : await StartAsync("cellars", fan => fan.AddTcp().AddService<Fan.Conformance.Transports.ICellar>(_ => Cellar));
        using var peer = await GreetAsync(service, transport);
        await peer.SendAsync(
            Request(1, Text("cellar/touch"), "{}", time: 1),
            Request(2, Text("cellar/count"), """{"to": 3, "failAt": 0}""", flags: 1, time: 1),
            Request(3, Text("cellar/restock"), """{"id": 1}""", time: 1));
        var codes = new Dictionary<uint, string>();
        for (var i = 0; i < 3; i++)
        {
            var error = await peer.ExpectAsync("ERROR");
            codes[error.Stream] = Members(error.Body)[1];
        }

        Assert.Equal(("deadline_exceeded", "deadline_exceeded", "deadline_exceeded"), (codes[1], codes[2], codes[3]));
        await peer.SendAsync(Request(4, Text("cellar/touch"), "{}", time: 60_000_001));
        Assert.Equal(4u, (await peer.ExpectAsync("REPLY")).Stream);
        Assert.Equal((1, 0), (Cellar.Touched, Cellar.Produced));
    }

    [Fact]
    public async Task A_cancelled_call_ends_its_work()
    {
        using var peer = await GreetAsync(await ServeAsync());
        await peer.SendAsync(Request(1, Text("cellar/wait"), "{}"));
        await Cellar.Waiting.WaitAsync(Fan.Conformance.Eventually.Deadline);
        await peer.SendAsync(Frame(9, 1));
        await Cellar.Ended.WaitAsync(Fan.Conformance.Eventually.Deadline);
        Assert.Equal("cancelled", Members((await peer.ExpectAsync("ERROR")).Body)[1]);
    }

    [Fact]
    public async Task A_server_that_stops_says_which_calls_it_took_and_ends_when_they_have()
    {
        var service = await ServeAsync();
        using var peer = await GreetAsync(service);
        await peer.SendAsync(Request(5, Text("cellar/wait"), "{}"));
        await Cellar.Waiting.WaitAsync(Fan.Conformance.Eventually.Deadline);
        var stopping = service.StopAsync(CancellationToken.None);
        Assert.Equal([5, 0, 0, 0], (await peer.ExpectAsync("GOAWAY")).Body);
        await peer.SendAsync(Request(6, Echo, """{"text": "late"}"""));
        Cellar.Release.SetResult();
        Assert.Equal(5u, (await peer.ExpectAsync("REPLY")).Stream);
        Assert.Null(await peer.ReadAsync());
        peer.Dispose();
        await stopping.WaitAsync(Fan.Conformance.Eventually.Deadline);
        Assert.Equal(1, Cellar.Calls);
    }

    public static TheoryData<string, byte[], string> Hostile => new()
    {
        { "text", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), "first frame must be a hello" },
        { "request first", Request(1, Echo, "{}"), "first frame must be a hello" },
        { "wrong magic", Frame(1, 0, "notmagic"u8.ToArray(), [1, 1]), "no hello of Fan's protocol" },
        { "hello too long", Frame(1, 0, Magic, [1, 1], new byte[2000]), "first frame must be a hello" },
        { "newer only", Hello(min: 9, max: 12), "speaks versions 9 to 12" },
        { "older only", Hello(min: 0, max: 0), "speaks versions 0 to 0" },
        { "versions crossed", Hello(min: 2, max: 1), "speaks versions 2 to 1" },
        { "member cut", Frame(1, 0, Magic, [1, 1], [1, 200]), "ends within a member" },
        { "no calls allowed", Hello(calls: 0), "at least one call" },
        { "no window", Hello(window: 0), "at least one call and one byte" },
        { "odd application", Hello(application: "a\nb"), "printable ASCII" },
        { "two hellos", [.. Hello(), .. Hello()], "no frame of type 1" },
        { "unknown type", [.. Hello(), .. Frame(200, 1)], "no frame of type 200" },
        { "server's frame", [.. Hello(), .. Frame(4, 1)], "must not send a frame of type Reply" },
        { "huge frame", [.. Hello(), 255, 255, 255, 255, 1, 0, 0, 0, 3], "no frame may have more" },
        { "huge control frame", [.. Hello(), 0, 0, 2, 0, 0, 0, 0, 0, 2], "at most 65536" },
        { "stream 0", [.. Hello(), .. Request(0, Echo, "{}")], "Stream 0 can't be opened" },
        { "stream twice", [.. Hello(), .. Request(1, Text("cellar/wait"), "{}"), .. Request(1, Echo, "{}")], "it is open" },
        { "name never sent", [.. Hello(), .. Request(1, Reference(3), "{}")], "Name 3 was never sent" },
        { "name number skipped", [.. Hello(), .. Frame(2, 0, Number(1), Text("x"))], "must have the number 0" },
        { "name too long", [.. Hello(), .. Frame(2, 0, Number(0), Text(new string('x', 600)))], "more than 512 bytes" },
        { "name no text", [.. Hello(), .. Frame(2, 0, Number(0), [4, 0xC3, 0x28])], "no UTF-8" },
        { "number too long", [.. Hello(), .. Frame(8, 0, Enumerable.Repeat((byte)0xFF, 11).ToArray())], "more than 64 bits" },
        { "credit not used", [.. Hello(), .. Frame(8, 0, Number(1))], "more than was used" },
        { "credit overflow", [.. Hello(), .. Frame(8, 0, Number(ulong.MaxValue))], "more than was used" },
        { "short ping", [.. Hello(), .. Frame(11, 0, [1])], "must have 8 bytes" },
        { "empty request", [.. Hello(), .. Frame(3, 1)], "ends within a member" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_violation_ends_its_connection_with_the_reason_and_nothing_else(string what, byte[] bytes, string reason)
    {
        var service = await ServeAsync();
        var caller = await CallerAsync();
        var cellar = caller.Fan.Get<Fan.Conformance.Transports.ICellar>();
        var waiting = cellar.WaitAsync().AsTask();
        using var peer = await DialAsync(service);
        await peer.SendAsync(bytes);
        var (_, message) = await peer.ExpectEndAsync();
        Assert.True(message.Contains(reason, StringComparison.Ordinal), $"{what}: {message}");
        Assert.Equal(3, cellar.Add(1, 2));
        Cellar.Release.TrySetResult();
        await waiting.WaitAsync(Fan.Conformance.Eventually.Deadline);
    }

    [Fact]
    public async Task Limits_of_names_calls_and_windows_are_kept()
    {
        var service = await ServeAsync(
            options => (options.MaxNamesPerConnection, options.MaxCallsPerConnection, options.WindowBytes) = (2, 3, 2_000));
        using var names = await GreetAsync(service);
        await names.SendAsync([.. Enumerable.Range(0, 3).Select(i => Frame(2, 0, Number((ulong)i), Text("n" + i)))]);
        Assert.Equal("limit_exceeded", (await names.ExpectEndAsync()).Code);

        using var calls = await GreetAsync(service);
        await calls.SendAsync([.. Enumerable.Range(1, 4).Select(i => Request((uint)i, Text("cellar/wait"), "{}"))]);
        Assert.Contains("More than 3 calls", (await calls.ExpectEndAsync()).Message, StringComparison.Ordinal);

        using var window = await GreetAsync(service);
        var large = $$"""{"to": 1, "failAt": 1{{new string(' ', 2_000)}}}""";
        await window.SendAsync(Request(1, Text("cellar/wait"), "{}" + new string(' ', 2_000)), Request(2, Text("cellar/count"), large));
        Assert.Contains("beyond the window of 2000 bytes", (await window.ExpectEndAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_is_cut_off_ends_the_work_of_its_connection()
    {
        var service = await ServeAsync();
        using var peer = await GreetAsync(service);
        await peer.SendAsync(Request(1, Text("cellar/wait"), "{}"));
        await Cellar.Waiting.WaitAsync(Fan.Conformance.Eventually.Deadline);
        await peer.SendAsync(Request(2, Echo, """{"text": "x"}""")[..12]);
        peer.EndSending();
        await Cellar.Ended.WaitAsync(Fan.Conformance.Eventually.Deadline);
        Assert.Null(await peer.ReadAsync());
    }
}
