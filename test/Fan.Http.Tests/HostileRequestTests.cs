using System.Text;
using System.Text.Json;
using Fan.Conformance.Transports;
using Fan.Messaging;

namespace Fan.Http.Tests;

/// <summary>Bad input of any kind gets a clear answer, within bounds, and the service goes on.</summary>
public sealed class HostileRequestTests : HttpTest
{
    private readonly Cellar _cellar = new();
    private TransportApplication _service = null!;
    private Uri _address = null!;

    public override async ValueTask InitializeAsync()
    {
        _service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar), options: options =>
        {
            options.Limits.MaxPayloadBytes = 10_000;
            options.Limits.MaxHeaders = 20;
            options.Limits.MaxHeaderBytes = 2000;
            options.Limits.MaxDepth = 10;
        });
        _address = await AddressAsync(_service, "cellar");
    }

    [Theory]
    [InlineData("""{"id": 1""", "", "no valid JSON")]
    [InlineData("""{"id": """, "", "")]
    [InlineData("{", "", "")]
    [InlineData("""{"id": 1} {}""", "", "no valid JSON")]
    [InlineData("""{"id": 1,}""", "", "")]
    [InlineData("""{'id': 1}""", "", "")]
    [InlineData("nonsense", "", "")]
    [InlineData("null", "", "must be a JSON object")]
    [InlineData("[1]", "", "must be a JSON object")]
    [InlineData("\"\\ud800\"", "", "")]
    [InlineData("""{"\ud800": 1}""", "", "")]
    [InlineData("""{"id": [[[[[[[[[[[[1]]]]]]]]]]]]}""", "id", "")]
    [InlineData("""{"id": {"a": 1}}""", "id", "is no valid Int32")]
    [InlineData("""{"id": 1.5}""", "id", "is no valid Int32")]
    [InlineData("""{"id": ""}""", "id", "is no valid Int32")]
    [InlineData("", "id", "missing")]
    [InlineData("{}", "id", "missing")]
    [InlineData("""{"id": null}""", "id", "must not be null")]
    [InlineData("""{"id": 1, "x": 1}""", "x", "no argument")]
    public async Task Bad_json_is_refused_with_its_place(string json, string place, string detail)
    {
        var reply = await RawClient.PostAsync(_address, "/cellar/get", json);
        var problem = Json(reply.Text);
        Assert.Equal(
            (400, "bad_argument", place),
            (reply.Status, problem.GetProperty("code").GetString(), problem.GetProperty("place").GetString()));
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await GoesOnAsync(refused: 1);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_refused()
    {
        foreach (var body in (byte[][])[
            [.. "{\"text\": \""u8, 0xff, 0xfe, .. "\"}"u8],
            [.. "{\""u8, 0xc3, .. "\": 1}"u8],
            [0xef, 0xbb],
            [0, 0, 0]
        ])
        {
            var reply = await RawClient.SendAsync(_address, "POST /cellar/echo HTTP/1.1", "", body);
            Assert.Equal((400, "bad_argument"), (reply.Status, Json(reply.Text).GetProperty("code").GetString()));
        }

        await GoesOnAsync(refused: 4);
    }

    [Fact]
    public async Task A_body_is_taken_up_to_the_limit_and_not_one_byte_beyond()
    {
        Assert.Equal(200, (await EchoAsync(10_000)).Status);
        foreach (var size in (int[])[10_001, 20_000, 3_000_000])
        {
            var reply = await EchoAsync(size);
            Assert.Equal((413, nameof(FanLimits.MaxPayloadBytes)), (reply.Status, Json(reply.Text).GetProperty("place").GetString()));
        }

        await GoesOnAsync(refused: 3);
    }

    [Fact]
    public async Task A_body_in_chunks_has_the_same_limit()
    {
        using var client = new RawClient(_address);
        await client.WriteAsync(
            "POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n5\r\n: 7} \r\n0\r\n\r\n");
        Assert.Equal(200, (await client.ReadAsync())!.Status);
        var chunk = "1000\r\n" + new string(' ', 0x1000) + "\r\n";
        await client.WriteAsync(
            "POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk);
        Assert.Equal(413, (await client.ReadAsync())!.Status);
        await GoesOnAsync(refused: 1);
    }

    [Fact]
    public async Task An_announced_body_over_the_limit_is_refused_before_it_comes()
    {
        using var client = new RawClient(_address);
        await client.WriteAsync("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n\r\n{");
        Assert.Equal(413, (await client.ReadAsync())!.Status);
        await GoesOnAsync(refused: 1);
    }

    [Fact]
    public async Task Too_many_and_too_large_headers_are_refused_with_the_limit()
    {
        var many = await RawClient.PostAsync(
            _address, "/cellar/get", "{}", string.Concat(Enumerable.Range(0, 25).Select(i => $"x-{i}: y\r\n")));
        Assert.Equal((431, nameof(FanLimits.MaxHeaders)), (many.Status, Json(many.Text).GetProperty("place").GetString()));
        var large = await RawClient.PostAsync(_address, "/cellar/get", "{}", $"x-large: {new string('y', 2500)}\r\n");
        Assert.Equal((431, nameof(FanLimits.MaxHeaderBytes)), (large.Status, Json(large.Text).GetProperty("place").GetString()));
        await GoesOnAsync(refused: 2);
        Assert.Equal(431, (await RawClient.PostAsync(
            _address, "/cellar/get", "{}", string.Concat(Enumerable.Range(0, 100).Select(i => $"x-{i}: y\r\n")))).Status);
        Assert.Equal(431, (await RawClient.PostAsync(_address, "/cellar/get", "{}", $"x-large: {new string('y', 20_000)}\r\n")).Status);
        Assert.Equal(414, (await RawClient.PostAsync(_address, "/cellar/" + new string('y', 20_000), "{}")).Status);
        await GoesOnAsync(refused: 2);
    }

    [Fact]
    public async Task A_header_of_the_caller_that_is_too_large_is_the_same_error()
    {
        var caller = await StartAsync("caller");
        foreach (var length in (int[])[2500, 20_000])
        {
            using ((CallContext.Current with { User = new string('u', length) }).Use())
            {
                Assert.Equal(
                    nameof(FanLimits.MaxHeaderBytes),
                    (await Assert.ThrowsAsync<LimitExceededException>(async () => await caller.Fan.Get<ICellar>().GetAsync(1))).Limit);
            }
        }

        Assert.Equal(3, caller.Fan.Get<ICellar>().Add(1, 2));
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\r\n\r\n")]
    [InlineData("POST /cellar/get HTTP/9.9\r\nHost: localhost\r\n\r\n")]
    [InlineData("POST /cellar/get\0 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("POST /cellar%00/get HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("POST /cellar/get HTTP/1.1\r\n\r\n")]
    [InlineData("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n")]
    [InlineData("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")]
    [InlineData("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    [InlineData("PRI * HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task What_is_no_http_is_refused(string bytes)
    {
        using var client = new RawClient(_address);
        await client.WriteAsync(Encoding.Latin1.GetBytes(bytes));
        Assert.InRange((await client.ReadAsync())!.Status, 400, 505);
        await GoesOnAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage that is no frame at all, and long enough")]
    [InlineData("POST /cellar/get HTTP/1.1\r\nHost")]
    [InlineData("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"id\"")]
    [InlineData("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"i")]
    public async Task A_request_that_breaks_off_harms_nobody(string beginning)
    {
        for (var i = 0; i < 3; i++)
        {
            using var client = new RawClient(_address);
            await client.WriteAsync(beginning);
            if (i == 1) client.EndSending();
        }

        await GoesOnAsync();
        Assert.Null(_cellar.Seen);
    }

    [Fact]
    public async Task A_caller_that_goes_away_ends_the_work()
    {
        using (var client = new RawClient(_address))
        {
            await client.WriteAsync(RawClient.Request("POST /cellar/wait HTTP/1.1", "", "{}"u8.ToArray()));
            await _cellar.Waiting.WaitAsync(Fan.Conformance.Eventually.Deadline);
        }

        await _cellar.Ended.WaitAsync(Fan.Conformance.Eventually.Deadline);
        _cellar.Reset();
        using (var client = new RawClient(_address))
        {
            await client.WriteAsync(RawClient.Request("POST /cellar/drip HTTP/1.1", "", "{}"u8.ToArray()));
            await _cellar.Waiting.WaitAsync(Fan.Conformance.Eventually.Deadline);
        }

        await _cellar.Ended.WaitAsync(Fan.Conformance.Eventually.Deadline);
        await GoesOnAsync();
    }

    [Fact]
    public async Task One_connection_serves_many_requests_and_refusals()
    {
        using var client = new RawClient(_address);
        for (var i = 0; i < 20; i++)
        {
            await client.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray()));
            Assert.Equal(200, (await client.ReadAsync())!.Status);
            await client.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", "{"u8.ToArray()));
            Assert.Equal(400, (await client.ReadAsync())!.Status);
            await client.WriteAsync(RawClient.Request("POST /nobody/get HTTP/1.1", "", new byte[5000]));
            Assert.Equal(404, (await client.ReadAsync())!.Status);
        }
    }

    private Task<RawRequest> EchoAsync(int size)
    {
        var frame = """{"text":""}""".Length;
        return RawClient.PostAsync(_address, "/cellar/echo", $$"""{"text":"{{new string('x', size - frame)}}"}""");
    }

    private async Task GoesOnAsync(int? refused = null)
    {
        if (refused is { } count) Assert.Equal(count, _service.Rejected);
        Assert.Equal("3", (await RawClient.PostAsync(_address, "/cellar/add", """{"left": 1, "right": 2}""")).Text);
    }
}
