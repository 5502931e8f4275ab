using System.Text.Json;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>What replies of services that are not Fan's mean.</summary>
public sealed class ForeignReplyTests : HttpTest
{
    [Theory]
    [InlineData("200 OK", """{"a": [1, null]}""", """{"a": [1, null]}""")]
    [InlineData("201 Created", "null", "null")]
    [InlineData("200 OK", "", "null")]
    [InlineData("204 No Content", "", "true")]
    [InlineData("200 OK", " \"é\" ", "\"é\"")]
    public async Task A_success_is_its_json(string status, string body, string expected) =>
        Assert.True(JsonElement.DeepEquals(Json(expected), await CallAsync(RawServer.Reply(status, body, ""))));

    [Theory]
    [InlineData(202, "{}")]
    [InlineData(203, "{}")]
    [InlineData(206, "{}")]
    [InlineData(400, """{"error": "é"}""")]
    [InlineData(404, "<html>")]
    [InlineData(500, "")]
    [InlineData(503, "later")]
    public async Task Everything_else_is_a_failure_with_status_and_body(int status, string body)
    {
        var error = await Assert.ThrowsAsync<RemoteFailureException>(() => CallAsync(RawServer.Reply($"{status} Some Reason", body)));
        Assert.Equal(($"HTTP {status}", body.Length == 0 ? null : body), (error.RemoteType, error.Body));
        Assert.Contains(status.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_beginning_of_a_large_failure_is_kept()
    {
        var error = await Assert.ThrowsAsync<RemoteFailureException>(
            () => CallAsync(RawServer.Reply("500 Bad", new string('x', 1_000_000))));
        Assert.Equal(64 * 1024, error.Body!.Length);
    }

    [Theory]
    [InlineData("301 Moved Permanently", "GET", "")]
    [InlineData("302 Found", "GET", "")]
    [InlineData("307 Temporary Redirect", "POST", """{"a":1}""")]
    public async Task Redirects_are_followed(string status, string verb, string body)
    {
        var server = StartRaw(request => request.Start.Contains("/old", StringComparison.Ordinal)
            ? RawServer.Reply(status, "", "Location: /new\r\n")
            : RawServer.Reply("200 OK", "5"));
        await RegisterAsync("simple", Endpoint(server.Port, "/old"));
        var caller = await StartAsync("caller");
        Assert.Equal(5, await caller.Fan.CallAsync<int>("simple.echo", Json("""{"a": 1}""")));
        var second = server.Requests.Last();
        Assert.Equal(($"{verb} /new HTTP/1.1", body), (second.Start, second.Text.Replace(" ", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        var error = await Assert.ThrowsAsync<RemoteFailureException>(
            () => CallAsync(RawServer.Reply("307 Temporary Redirect", "", "Location: /echo\r\n")));
        Assert.Equal("HTTP 307", error.RemoteType);
    }

    [Theory]
    [InlineData("{\"a\": ")]
    [InlineData("<html>")]
    [InlineData("[1] 2")]
    [InlineData("NaN")]
    public async Task A_reply_that_is_no_json_is_said_so(string body)
    {
        var error = await Assert.ThrowsAsync<BadMessageException>(() => CallAsync(RawServer.Reply("200 OK", body)));
        Assert.Equal("reply", error.Place);
    }

    [Fact]
    public async Task A_typed_caller_gets_its_type_or_an_error()
    {
        var server = StartRaw(request => request.Start.Contains("/good", StringComparison.Ordinal)
            ? RawServer.Reply("200 OK", """{"id": 1, "name": "n", "price": 2}""")
            : RawServer.Reply("200 OK", """{"id": "x"}"""));
        await RegisterAsync(
            "simple",
            $$"""{"transport": "http", "host": "127.0.0.1", "port": {{server.Port}}, "methods": [{"name": "good", "url": "/good"}, """ +
            $$"""{"name": "bad", "url": "/bad"}]}""");
        var caller = await StartAsync("caller");
        Assert.Equal(new Wine(1, "n", 2), await caller.Fan.CallAsync<Wine>("simple.good", default));
        var error = await Assert.ThrowsAsync<BadMessageException>(async () => await caller.Fan.CallAsync<Wine>("simple.bad", default));
        Assert.Contains("$.id", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NoSuchMethodException>(async () => await caller.Fan.CallAsync("simple.other", default));
        await Assert.ThrowsAsync<BadMessageException>(async () => await caller.Fan.StreamAsync("simple.good", default).ToListAsync());
    }

    [Fact]
    public async Task A_reply_over_the_limit_is_refused()
    {
        var chunks = string.Concat(Enumerable.Repeat("8000\r\n" + new string(' ', 0x8000) + "\r\n", 200)) + "0\r\n\r\n";
        var endless = System.Text.Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
        foreach (var reply in (byte[][])[RawServer.Reply("200 OK", new string(' ', (4 * 1024 * 1024) + 1)), endless])
            Assert.Equal("MaxPayloadBytes", (await Assert.ThrowsAsync<LimitExceededException>(() => CallAsync(reply))).Limit);
    }

    private async Task<JsonElement> CallAsync(byte[] reply)
    {
        var server = StartRaw(reply);
        await RegisterAsync("simple" + server.Port, Endpoint(server.Port, "/echo"));
        var caller = await StartAsync("caller");
        return await caller.Fan.CallAsync($"simple{server.Port}.echo", Json("""{"a": 1}"""));
    }

    private static string Endpoint(int port, string url) =>
        $$"""{"transport": "http", "host": "127.0.0.1", "port": {{port}}, "methods": """ +
        $$"""[{"name": "echo", "url": "{{url}}", "method": "POST"}]}""";
}
