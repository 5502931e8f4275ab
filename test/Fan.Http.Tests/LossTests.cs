using System.Net;
using System.Text;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>Peers that are gone, break off or talk nonsense.</summary>
public sealed class LossTests : HttpTest
{
    [Fact]
    public async Task An_endpoint_that_is_gone_is_passed_over()
    {
        await RegisterAsync(
            "cellar", ProblemTests.FanEndpoint(UnusedPort()).Replace("\"get\"", "\"add\"", StringComparison.Ordinal), "1.2.0");
        await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var caller = await StartAsync("caller");
        await caller.SeesAsync("cellar", 2);
        for (var i = 0; i < 20; i++) Assert.Equal(i + 1, caller.Fan.Get<ICellar>().Add(i, 1));
    }

    [Fact]
    public async Task Nobody_there_is_unavailable_with_the_reason()
    {
        var port = UnusedPort();
        await RegisterAsync("peer", ProblemTests.FanEndpoint(port));
        var caller = await StartAsync("caller");
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync("peer.get", default));
        Assert.Contains("refused", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(port.ToString(), error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CircuitOpenException>(async () => await caller.Fan.StreamAsync("peer.list", default).ToListAsync());
    }

    [Theory]
    [InlineData("\"host\": \"127.0.0.1\", ")]
    [InlineData("\"host\": \"a b\", \"port\": 80, ")]
    [InlineData("\"host\": \"127.0.0.1/x?\", \"port\": 80, ")]
    [InlineData("\"port\": 80, ")]
    public async Task An_address_that_is_none_is_unavailable(string address)
    {
        await RegisterAsync("peer", $$"""{"transport": "http", {{address}}"methods": [{"name": "get"}], "fan": {} }""");
        var caller = await StartAsync("caller");
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync("peer.get", default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{\"id\"")]
    public async Task A_call_that_breaks_off_is_repeated_only_where_that_is_harmless(string reply)
    {
        var (first, second) = (StartRaw(_ => Cut(reply)), StartRaw(_ => Cut(reply)));
        await RegisterAsync("peer", ProblemTests.FanEndpoint(first.Port));
        await RegisterAsync("peer", ProblemTests.FanEndpoint(second.Port));
        var caller = await StartAsync("caller");
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync("peer.get", default));
        Assert.Equal(1, first.Requests.Count + second.Requests.Count);
    }

    [Fact]
    public async Task An_idempotent_call_that_breaks_off_is_sent_to_another_endpoint()
    {
        var broken = StartRaw(_ => null);
        await RegisterAsync(
            "cellar", ProblemTests.FanEndpoint(broken.Port).Replace("\"again\"", "\"echo\"", StringComparison.Ordinal), "1.2.0");
        var cellar = new Cellar();
        await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => cellar));
        var caller = await StartAsync("caller");
        await caller.SeesAsync("cellar", 2);
        for (var i = 0; i < 20; i++) Assert.Equal("x", await caller.Fan.Get<ICellar>().EchoAsync("x"));
        Assert.Equal(20, cellar.Calls);
        Assert.True(!broken.Requests.IsEmpty);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", typeof(BadMessageException))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"id\"", typeof(BadMessageException))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\n1", typeof(BadMessageException))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n1", typeof(LimitExceededException))]
    public async Task A_reply_that_is_nonsense_is_said_so(string reply, Type expected)
    {
        var server = StartRaw(_ => Encoding.ASCII.GetBytes(reply));
        await RegisterAsync("peer", ProblemTests.FanEndpoint(server.Port));
        var caller = await StartAsync("caller");
        await Assert.ThrowsAsync(expected, async () => await caller.Fan.CallAsync("peer.get", default));
    }

    [Fact]
    public async Task Endless_reply_headers_are_refused()
    {
        var server = StartRaw(_ => Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"x-{i}: {new string('y', 100)}\r\n"))));
        await RegisterAsync("peer", ProblemTests.FanEndpoint(server.Port));
        var caller = await StartAsync("caller");
        await Assert.ThrowsAsync<LimitExceededException>(async () => await caller.Fan.CallAsync("peer.get", default));
    }

    [Theory]
    [InlineData("1\n2\n", 2, null)]
    [InlineData("1\r\n\r\n 2 \n", 2, null)]
    [InlineData("1\n2", 1, typeof(BadMessageException))]
    [InlineData("1\nx\n", 1, typeof(BadMessageException))]
    [InlineData("1\n{\"$error\":{\"code\":\"fault\",\"error_type\":\"f\",\"detail\":\"d\"}}\n", 1, typeof(ServiceFaultException))]
    [InlineData("1\n{\"$error\":{\"title\":\"t\"}}\n", 1, typeof(BadMessageException))]
    [InlineData("1\n{\"$error\":5}\n", 1, typeof(BadMessageException))]
    [InlineData("1\n{\"$error\":\n", 1, typeof(BadMessageException))]
    public async Task The_lines_of_a_sequence_are_its_items_or_an_error(string lines, int items, Type? error)
    {
        var server = StartRaw(RawServer.Reply("200 OK", lines, "Content-Type: application/x-ndjson\r\n"));
        await RegisterAsync("peer", ProblemTests.FanEndpoint(server.Port));
        var caller = await StartAsync("caller");
        var seen = 0;
        var thrown = await Record.ExceptionAsync(async () =>
        {
            await foreach (var _ in caller.Fan.StreamAsync("peer.list", default)) seen++;
        });
        Assert.Equal((items, error), (seen, thrown?.GetType()));
    }

    [Fact]
    public async Task A_sequence_that_is_cut_is_no_end()
    {
        var server = StartRaw(_ => Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n1\n2\n\r\n"));
        await RegisterAsync("peer", ProblemTests.FanEndpoint(server.Port));
        var caller = await StartAsync("caller");
        var seen = 0;
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () =>
        {
            await foreach (var _ in caller.Fan.StreamAsync("peer.list", default)) seen++;
        });
        Assert.Equal(2, seen);
    }

    private static byte[]? Cut(string reply) => reply.Length == 0 ? null : Encoding.ASCII.GetBytes(reply);

    private static int UnusedPort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
