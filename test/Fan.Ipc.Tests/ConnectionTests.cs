using System.Net.Sockets;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Discovery;
using Fan.Ipc.Pipes;
using Fan.Ipc.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Ipc.Tests;

/// <summary>Connections as callers see them: which is taken, what they carry, how they end.</summary>
public sealed class ConnectionTests : IpcTest
{
    [Fact]
    public async Task The_best_transport_that_both_have_is_taken_and_the_next_one_when_it_fails()
    {
        var service = await StartAsync("cellars", fan => AddIpc(fan).AddTcp().AddService<ICellar>(_ => Cellar));
        var caller = await StartAsync("caller", fan => AddIpc(fan).AddTcp());
        await caller.SeesAsync("cellar", 2);
        var cellar = caller.Fan.Get<ICellar>();
        for (var i = 0; i < 20; i++) cellar.Add(i, i);
        var path = (await EndpointAsync(service)).Properties["path"];
        Assert.True(await IsUsedAsync(caller, "ipc"));
        Assert.False(await IsUsedAsync(caller, "tcp"));

        // Nobody is behind the socket any more, for new connections: another caller finds that out.
        File.Delete(path);
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path + "2"));
            File.Move(path + "2", path);
        }

        var other = await StartAsync("other", fan => AddIpc(fan).AddTcp());
        await other.SeesAsync("cellar", 2);
        Assert.Equal(3, other.Fan.Get<ICellar>().Add(1, 2));
        Assert.True(await IsUsedAsync(other, "tcp"));
        var tcpOnly = await StartAsync("tcp only", fan => fan.AddTcp());
        Assert.Equal(3, tcpOnly.Fan.Get<ICellar>().Add(1, 2));
    }

    [Fact]
    public async Task A_pipe_that_nobody_serves_is_given_up_and_another_route_taken()
    {
        using var server = new RawListener(Folder.FullName);
        var endpoint = server.Describe("add");
        await RegisterAsync(
            endpoint with { Properties = new Dictionary<string, string>(endpoint.Properties) { ["path"] = PipeName.Create() } });
        var caller = await StartAsync("caller", fan => AddIpc(fan).AddTcp());
        var error = Assert.Throws<ServiceUnavailableException>(() => caller.Fan.Get<ICellar>().Add(1, 2));
        Assert.Contains("nobody serves the pipe", error.Message, StringComparison.Ordinal);
        await StartAsync("cellars", fan => fan.AddTcp().AddService<ICellar>(_ => Cellar));
        await caller.SeesAsync("cellar", 2);
        Assert.Equal(3, caller.Fan.Get<ICellar>().Add(1, 2));
        Assert.True(await IsUsedAsync(caller, "tcp"));
    }

    [Fact]
    public async Task A_name_is_sent_once_on_a_connection()
    {
        using var server = new RawListener(Folder.FullName);
        await RegisterAsync(server.Describe("echo", "add"));
        var caller = await CallerAsync();
        var cellar = caller.Fan.Get<ICellar>();
        var first = cellar.EchoAsync("one");
        using var peer = await server.AcceptAsync();
        await peer.SendAsync(WireDecoder.Hello());
        Assert.Equal(WireDecoder.Magic, (await peer.ExpectAsync("HELLO")).Body[..8]);
        Assert.Equal([0, .. WireDecoder.Text("cellar/echo")], (await peer.ExpectAsync("NAME")).Body);
        Assert.Equal([1, .. WireDecoder.Text("^1.2.0")], (await peer.ExpectAsync("NAME")).Body);
        for (var i = 0; i < 3; i++)
        {
            var request = await peer.ExpectAsync("REQUEST");
            var at = 0;
            Assert.Equal(0u, WireDecoder.ReadNumber(request.Body, ref at));
            Assert.Equal(1u, WireDecoder.ReadNumber(request.Body, ref at));
            Assert.InRange(WireDecoder.ReadNumber(request.Body, ref at), 1u, 30_000_001u);
            // No content type, one header: the version range, as the second name.
            Assert.Equal([0, 1, 5, 3], request.Body[at..(at + 4)]);
            Assert.StartsWith("{\"text\":\"", System.Text.Encoding.UTF8.GetString(request.Body[(at + 4)..]), StringComparison.Ordinal);
            await peer.SendAsync(WireDecoder.Frame(4, request.Stream, [0, 0], "\"reply\""u8.ToArray()));
            Assert.Equal("reply", await first);
            if (i < 2) first = cellar.EchoAsync("again");
        }
    }

    [Fact]
    public async Task The_compact_form_is_sent_where_the_endpoint_says_so_and_json_where_it_does_not()
    {
        using var server = new RawListener(Folder.FullName);
        var endpoint = server.Describe("echo", "add");
        await RegisterAsync(
            endpoint with { Methods = [endpoint.Methods[0] with { ContentType = "application/x-fan" }, endpoint.Methods[1]] });
        var cellar = (await CallerAsync()).Fan.Get<ICellar>();
        var call = cellar.EchoAsync("one");
        using var peer = await server.AcceptAsync();
        await peer.SendAsync(WireDecoder.Hello());
        var request = await peer.ExpectAsync("REQUEST", "HELLO", "NAME");
        // One argument: the tag of "text" with the kind of bytes, its length, itself.
        Assert.Equal(Convert.FromHexString("0156E364DE036F6E65"), request.Body[^9..]);
        await peer.SendAsync(WireDecoder.Frame(4, request.Stream, WireDecoder.Text("application/x-fan"), [0], [6, 5], "reply"u8.ToArray()));
        Assert.Equal("reply", await call);
        var sum = Task.Run(() => cellar.Add(1, 2));
        request = await peer.ExpectAsync("REQUEST", "NAME");
        Assert.EndsWith("{\"left\":1,\"right\":2}", System.Text.Encoding.UTF8.GetString(request.Body), StringComparison.Ordinal);
        await peer.SendAsync(WireDecoder.Frame(4, request.Stream, [0, 0], "3"u8.ToArray()));
        Assert.Equal(3, await sum);
    }

    [Fact]
    public async Task Where_no_names_may_be_sent_they_stand_in_the_requests()
    {
        await ServeAsync(options => options.MaxNamesPerConnection = 0);
        var cellar = (await CallerAsync()).Fan.Get<ICellar>();
        for (var i = 0; i < 3; i++) Assert.Equal("x", await cellar.EchoAsync("x"));
    }

    [Fact]
    public async Task More_calls_than_the_far_end_takes_wait_and_all_are_served()
    {
        await ServeAsync(options => (options.MaxCallsPerConnection, options.WindowBytes) = (4, 4_000));
        var cellar = (await CallerAsync()).Fan.Get<ICellar>();
        var calls = Enumerable.Range(0, 1_000).Select(async i => await cellar.EchoAsync(new string((char)('a' + (i % 26)), i))).ToList();
        var texts = await Task.WhenAll(calls).WaitAsync(Eventually.Deadline);
        for (var i = 0; i < texts.Length; i++) Assert.Equal(new string((char)('a' + (i % 26)), i), texts[i]);
    }

    [Fact]
    public async Task A_call_that_waits_for_room_can_be_cancelled()
    {
        await ServeAsync(options => options.MaxCallsPerConnection = 1);
        var cellar = (await CallerAsync()).Fan.Get<ICellar>();
        var first = cellar.WaitAsync().AsTask();
        await Cellar.Waiting.WaitAsync(Eventually.Deadline);
        using var cancel = new CancellationTokenSource();
        var second = cellar.EchoAsync("x", cancel.Token);
        Assert.False(second.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Cellar.Release.SetResult();
        await first;
        Assert.Equal("y", await cellar.EchoAsync("y"));
    }

    [Fact]
    public async Task A_thousand_calls_at_once_each_get_their_own_reply()
    {
        await ServeAsync();
        var caller = await CallerAsync();
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = Enumerable.Range(0, 1_000).Select(_ => cellar.WaitAsync().AsTask()).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(Cellar.Calls == 1_000), "all are being served");
        Assert.Equal("beside", await cellar.EchoAsync("beside"));
        Cellar.Release.SetResult();
        await Task.WhenAll(waiting).WaitAsync(Eventually.Deadline);
        var sums = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => Task.Run(async () => (await cellar.GetAsync(i)).Id)));
        Assert.Equal(Enumerable.Range(0, 1_000), sums);
    }

    [Fact]
    public async Task Callers_that_block_their_threads_do_not_hold_up_the_connection()
    {
        await ServeAsync();
        var cellar = (await CallerAsync()).Fan.Get<ICellar>();
        using var blocked = new ManualResetEventSlim();
        // These go on where the reply was read, and stand still there.
        var blocking = Enumerable.Range(0, 4).Select(async i =>
        {
            await cellar.EchoAsync("x").ConfigureAwait(false);
            blocked.Wait(Eventually.Deadline);
            return cellar.Add(i, 1);
        }).ToList();
        for (var i = 0; i < 100; i++) Assert.Equal("y", await cellar.EchoAsync("y").WaitAsync(Eventually.Deadline));
        blocked.Set();
        var sums = await Task.WhenAll(blocking).WaitAsync(Eventually.Deadline);
        Assert.Equal([1, 2, 3, 4], sums);
    }

    [Fact]
    public async Task A_service_that_blocks_its_thread_does_not_hold_up_the_connection()
    {
        using var blocked = new ManualResetEventSlim();
        await ServeAsync(configure: fan => fan.AddService<ITill>(_ => new BlockingTill(blocked)));
        var caller = await CallerAsync();
        var blocking = Enumerable.Range(0, 3).Select(i => caller.Fan.Get<ITill>(i).NameAsync().AsTask()).ToList();
        for (var i = 0; i < 100; i++) Assert.Equal("y", await caller.Fan.Get<ICellar>().EchoAsync("y").WaitAsync(Eventually.Deadline));
        Assert.All(blocking, call => Assert.False(call.IsCompleted));
        blocked.Set();
        await Task.WhenAll(blocking).WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task A_peer_that_falls_silent_is_given_up_and_its_work_ends()
    {
        var clock = new FakeTimeProvider();
        var service = await ServeAsync(configure: fan => fan.Services.AddSingleton<TimeProvider>(clock));
        using var peer = await GreetAsync(service);
        await peer.SendAsync(WireDecoder.Request(1, WireDecoder.Text("cellar/wait"), "{}"));
        await Cellar.Waiting.WaitAsync(Eventually.Deadline);
        clock.Advance(TimeSpan.FromSeconds(16));
        var ping = await peer.ExpectAsync("PING");
        await peer.SendAsync(WireDecoder.Frame(12, 0, ping.Body), WireDecoder.Request(2, WireDecoder.Text("cellar/touch"), "{}"));
        await peer.ExpectAsync("REPLY", skip: "PING");
        clock.Advance(TimeSpan.FromSeconds(23));
        await peer.ExpectAsync("PING");
        Assert.False(Cellar.Ended.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(15));
        await Cellar.Ended.WaitAsync(Eventually.Deadline);
        while (await peer.ReadAsync() is { } more) Assert.Equal("PING", more.Name);
    }

    [Fact]
    public async Task A_peer_is_not_asked_before_it_has_said_hello()
    {
        var clock = new FakeTimeProvider();
        var service = await ServeAsync(
            options => options.ConnectTimeout = TimeSpan.FromMinutes(5), fan => fan.Services.AddSingleton<TimeProvider>(clock));
        using var peer = await DialAsync(service);
        await peer.ExpectAsync("HELLO");
        for (var i = 0; i < 5; i++) clock.Advance(TimeSpan.FromSeconds(10));
        await peer.SendAsync(WireDecoder.Hello(), WireDecoder.Request(1, WireDecoder.Text("cellar/touch"), "{}"));
        await peer.ExpectAsync("REPLY");
    }

    [Fact]
    public async Task A_service_that_was_started_again_is_reached_by_the_next_call()
    {
        var caller = await CallerAsync();
        for (var i = 0; i < 3; i++)
        {
            var service = await ServeAsync();
            await caller.SeesAsync("cellar", 1);
            Assert.Equal(i, caller.Fan.Get<ICellar>().Add(i, 0));
            await service.StopAsync();
            await caller.SeesAsync("cellar", 0);
        }
    }

    private static async Task<bool> IsUsedAsync(TransportApplication caller, string transport)
    {
        var found = await caller.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            "cellar", TestContext.Current.CancellationToken);
        return found.Single(endpoint => endpoint.Description.Transport == transport).TransportState is not null;
    }

    private sealed class BlockingTill(ManualResetEventSlim blocked) : ITill
    {
        public ValueTask<string> NameAsync(CancellationToken ct = default)
        {
            blocked.Wait(Eventually.Deadline, ct);
            return new("till");
        }
    }

    /// <summary>A socket that a test answers on by hand.</summary>
    private sealed class RawListener : IDisposable
    {
        private readonly string _path;
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public RawListener(string folder)
        {
            _path = Path.Combine(folder, "raw.sock");
            _socket.Bind(new UnixDomainSocketEndPoint(_path));
            _socket.Listen();
        }

        public EndpointDescription Describe(params string[] methods) => new()
        {
            Transport = "ipc",
            IsFan = true,
            Methods = [.. methods.Select(name => new EndpointMethod { Name = name })],
            Properties = new Dictionary<string, string> { ["path"] = _path, ["host_id"] = HostIdentity.Current() },
        };

        public async Task<WireDecoder> AcceptAsync() => new(await _socket.AcceptAsync().WaitAsync(Eventually.Deadline));

        public void Dispose() => _socket.Dispose();
    }
}
