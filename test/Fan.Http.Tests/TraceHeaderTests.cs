using System.Diagnostics;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>Trace context and baggage as they come in and are passed on, with nobody listening.</summary>
public sealed class TraceHeaderTests : HttpTest
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly Cellar _cellar = new();
    private TransportApplication _service = null!;
    private Uri _address = null!;

    public override async ValueTask InitializeAsync()
    {
        _service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddService<IFront, Front>());
        _address = await AddressAsync(_service, "cellar");
    }

    [Fact]
    public async Task Trace_headers_are_passed_on_unchanged()
    {
        var server = StartRaw(RawServer.Reply("200 OK", """{"id": 1, "name": "n", "price": 1}"""));
        await RegisterAsync("cellar", ProblemTests.FanEndpoint(server.Port), "1.2.0");
        var front = await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        await _service.StopAsync();
        await front.SeesAsync("cellar", 1);
        var reply = await RawClient.PostAsync(
            await AddressAsync(front, "front"),
            "/front/ask",
            """{"id": 1}""",
            $"traceparent: {Parent}\r\ntracestate: a=1,b=2\r\nbaggage: k=v%20w;property, n=1\r\nfan-user: ann\r\nfan-ttl: 5000\r\n");
        Assert.Equal(200, reply.Status);
        var seen = server.Single;
        Assert.Equal(
            (Parent, "a=1,b=2", "k=v%20w;property,n=1", "ann", "fronts"),
            (seen["traceparent"], seen["tracestate"], seen["baggage"], seen["fan-user"], seen["fan-caller"]));
        Assert.InRange(int.Parse(seen["fan-ttl"]!), 1, 5000);
        Assert.Equal(("POST /cellar/get HTTP/1.1", "application/json", """{"id":1}"""), (seen.Start, seen["Content-Type"], seen.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("nonsense")]
    public async Task A_malformed_traceparent_begins_a_new_trace(string value)
    {
        Assert.Equal(200, await GetAsync($"traceparent: {value}\r\ntracestate: a=1\r\n"));
        Assert.Null(_cellar.Seen!.TraceId);
    }

    [Theory]
    [InlineData(Parent)]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    public async Task A_wellformed_traceparent_is_the_trace(string value)
    {
        Assert.Equal(200, await GetAsync($"TraceParent: {value}\r\n"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", _cellar.Seen!.TraceId);
    }

    [Theory]
    [InlineData("=x")]
    [InlineData("a b=c")]
    [InlineData("novalue")]
    [InlineData("a=1,,b=2")]
    public async Task Malformed_baggage_is_dropped_and_counted(string value)
    {
        Assert.Equal(200, await GetAsync($"baggage: {value}\r\n"));
        Assert.True(_service.Rejected > 0);
    }

    [Fact]
    public async Task What_an_activity_has_that_can_not_travel_is_left_out_counted_and_told()
    {
        var log = new WrittenText();
        var caller = await StartAsync("caller", log.Follow);
        var cellar = caller.Fan.Get<ICellar>();
        using var root = new Activity("root").SetIdFormat(ActivityIdFormat.W3C).Start();
        (root.TraceStateString, _) = ("vendor=value", root.AddBaggage("till", "7"));
        await cellar.GetAsync(1);
        Assert.Equal(0, caller.Rejected);
        root.TraceStateString = string.Join(',', Enumerable.Range(0, 33).Select(i => $"vendor{i}=value"));
        root.AddBaggage("no name", "x");
        await cellar.GetAsync(1);
        Assert.Equal((root.TraceId.ToHexString(), "7"), (_cellar.Seen!.TraceId, Assert.Single(_cellar.Seen.Baggage).Value));
        Assert.Equal((2, 0), (caller.Rejected, _service.Rejected));
        Assert.Single(
            log.All, line => line.Contains("was not sent: Header 'tracestate' has more than 32 members.", StringComparison.Ordinal));
        Assert.Single(log.All, line => line.Contains("were not sent: 'no name' is no name", StringComparison.Ordinal));
        root.TraceStateString = "vendor";
        Assert.Equal([1, 2], await cellar.CountAsync(2).ToListAsync());
        Assert.Equal((4, 0), (caller.Rejected, _service.Rejected));
    }

    [Theory]
    [InlineData("fan-ttl: x", "fan-ttl")]
    [InlineData("fan-ttl: -1", "fan-ttl")]
    [InlineData("fan-ttl: 1.5", "fan-ttl")]
    [InlineData("fan-ttl: 99999999999999999999", "fan-ttl")]
    [InlineData("fan-ttl: 1\r\nfan-ttl: 2", "fan-ttl")]
    [InlineData("fan-snapshot: x", "fan-snapshot")]
    [InlineData("fan-snapshot: -5", "fan-snapshot")]
    [InlineData("fan-shard: ,", "fan-shard")]
    [InlineData("fan-shard: 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "fan-shard")]
    public async Task A_malformed_header_of_ours_is_refused_by_name(string header, string place)
    {
        for (var i = 1; i <= 3; i++)
        {
            var reply = await RawClient.PostAsync(_address, "/cellar/get", """{"id": 1}""", header + "\r\nfan-spans: 1\r\n");
            Assert.Equal(
                (400, "bad_message", place),
                (reply.Status, Json(reply.Text).GetProperty("code").GetString(), Json(reply.Text).GetProperty("place").GetString()));
            Assert.Equal(i, _service.Rejected);
        }

        Assert.Null(_cellar.Seen);
        Assert.Null(Activity.Current);
        Assert.Equal(200, await GetAsync(""));
    }

    [Fact]
    public async Task No_time_left_is_an_exceeded_deadline()
    {
        var reply = await RawClient.PostAsync(_address, "/cellar/wait", "{}", "fan-ttl: 0\r\n");
        Assert.Equal((504, "deadline_exceeded"), (reply.Status, Json(reply.Text).GetProperty("code").GetString()));
        var before = _cellar.Calls;
        for (var time = 50; _cellar.Calls == before; time *= 2)
        {
            Assert.Equal(504, (await RawClient.PostAsync(_address, "/cellar/wait", "{}", $"fan-ttl: {time}\r\n")).Status);
        }
        await _cellar.Ended.WaitAsync(Fan.Conformance.Eventually.Deadline);
    }

    [Theory]
    [InlineData(
        "ot-span-id: ba6b948a65b4189a\r\not-trace-id: 372b0db3bc3f9c0\r\not-baggage: {\"SESSION_ID\": \"abc \\u00e9\", " +
        "\"n\": 5}\r\not-sampled: true",
        "00000000000000000372b0db3bc3f9c0",
        "abc é")]
    [InlineData(
        "HTTP_OT_SPAN_ID: ba6b948a65b4189a\r\nHTTP_OT_TRACE_ID: 372b0db3bc3f9c0\r\nHTTP_OT_BAGGAGE: {\"SESSION_ID\": " +
        "\"abc\"}\r\nHTTP_OT_SAMPLED: false",
        "00000000000000000372b0db3bc3f9c0",
        "abc")]
    [InlineData(
        "Ot-Span-Id:  BA6B \r\nOT-TRACE-ID: 0AF7651916CD43DD8448EB211C80319C\r\not-baggage: null\r\not-sampled: 1",
        "0af7651916cd43dd8448eb211c80319c",
        null)]
    [InlineData(
        "ot-span-id: 1\r\not-trace-id: 0000000000000000000000000000000000000001\r\not-baggage: {}\r\not-sampled: true",
        "00000000000000000000000000000001",
        null)]
    [InlineData("ot-span-id: 1\r\not-trace-id: 1\r\not-baggage: {\"SESSION_ID\": \"x\"}", null, null)]
    [InlineData("ot-span-id: xyz\r\not-trace-id: 1\r\not-baggage: {\"SESSION_ID\": \"x\"}\r\not-sampled: true", null, null)]
    [InlineData("ot-span-id: 1\r\not-trace-id: 1\r\not-baggage: [1]\r\not-sampled: true", null, null)]
    [InlineData("ot-span-id: 1\r\not-trace-id: 1\r\not-baggage: {\r\not-sampled: true", null, null)]
    [InlineData("ot-span-id: 1\r\not-trace-id: 1\r\not-baggage: {}\r\not-sampled: True", null, null)]
    [InlineData("ot-span-id: 1\r\not-trace-id: 1ffffffffffffffffffffffffffffffff\r\not-baggage: {}\r\not-sampled: true", null, null)]
    public async Task Micro_fans_trace_headers_are_read_in_both_spellings(string headers, string? trace, string? session)
    {
        Assert.Equal(200, await GetAsync(headers + "\r\n"));
        Assert.Equal((trace, session), (_cellar.Seen!.TraceId, _cellar.Seen.Baggage.GetValueOrDefault("SESSION_ID")));
    }

    [Fact]
    public async Task The_standards_headers_win_over_micro_fans()
    {
        Assert.Equal(
            200,
            await GetAsync(
                $"traceparent: {Parent}\r\not-span-id: 1\r\not-trace-id: 2\r\not-baggage: {{\"a\": \"ot\"}}\r\not-sampled: " +
                "true\r\nbaggage: a=w3c\r\n"));
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "w3c"), (_cellar.Seen!.TraceId, _cellar.Seen.Baggage["a"]));
    }

    private async Task<int> GetAsync(string headers) =>
        (await RawClient.PostAsync(_address, "/cellar/get", """{"id": 1}""", headers)).Status;
}
