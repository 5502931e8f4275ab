using System.Text.Json;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>Errors are problem details by RFC 9457.</summary>
public sealed class ProblemTests : HttpTest
{
    [Theory]
    [InlineData("no_such_service", 404, """{"service": "stock"}""")]
    [InlineData("no_matching_version", 404, """{"service": "stock", "requested": "^2", "available": ["1.0.0", "1.1.0"]}""")]
    [InlineData("no_such_method", 404, """{"service": "stock", "method": "count", "available": ["add"]}""")]
    [InlineData("bad_argument", 400, """{"place": "how.much"}""")]
    [InlineData("deadline_exceeded", 504, "{}")]
    [InlineData("circuit_open", 503, """{"service": "stock", "retry_after_ms": 1500}""")]
    [InlineData("unavailable", 503, """{"service": "stock"}""")]
    [InlineData("limit_exceeded", 413, """{"place": "MaxThings"}""")]
    [InlineData("bad_message", 400, """{"place": "place"}""")]
    [InlineData("remote_failure", 500, """{"error_type": "Some.Type"}""")]
    [InlineData("fault", 422, """{"error_type": "out_of_stock"}""")]
    [InlineData("other", 500, """{"error_type": "System.InvalidOperationException"}""")]
    public async Task Every_error_is_one(string kind, int status, string members)
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var reply = await RawClient.PostAsync(
            await AddressAsync(service, "cellar"),
            "/cellar/fail",
            $$"""{"how": "{{kind}}"}""",
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
        var code = kind == "other" ? "remote_failure" : kind;
        Assert.Equal((status, "application/problem+json"), (reply.Status, reply["Content-Type"]));
        var problem = Json(reply.Text);
        Assert.Equal(
            ("urn:fan:error:" + code, status, Failures.Create(kind).Message, code, "0af7651916cd43dd8448eb211c80319c"),
            (
                problem.GetProperty("type").GetString(),
                problem.GetProperty("status").GetInt32(),
                problem.GetProperty("detail").GetString(),
                problem.GetProperty("code").GetString(),
                problem.GetProperty("trace_id").GetString()));
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        var known = (string[])["type", "title", "status", "detail", "code", "trace_id"];
        var rest = problem.EnumerateObject().Where(member => !known.Contains(member.Name))
            .ToDictionary(member => member.Name, member => member.Value);
        Assert.True(JsonElement.DeepEquals(Json(members), JsonSerializer.SerializeToElement(rest)), reply.Text);
        Assert.Equal(kind == "circuit_open" ? "2" : null, reply["Retry-After"]);
        Assert.DoesNotContain(" at Fan.", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/problem+json", "{\"title\": ", typeof(BadMessageException))]
    [InlineData("application/problem+json", "[]", typeof(BadMessageException))]
    [InlineData("application/problem+json", """{"title": "Not ours", "status": 500}""", typeof(RemoteFailureException))]
    [InlineData("application/problem+json", """{"code": "something_new", "detail": "d"}""", typeof(RemoteFailureException))]
    [InlineData("application/problem+json", """{"code": "circuit_open", "retry_after_ms": 99999999999999}""", typeof(CircuitOpenException))]
    [InlineData("text/html", "<html>", typeof(RemoteFailureException))]
    public async Task A_problem_of_somebody_elses_is_some_error(string contentType, string body, Type expected)
    {
        var server = StartRaw(RawServer.Reply("500 Bad", body, $"Content-Type: {contentType}\r\n"));
        await RegisterAsync("peer", FanEndpoint(server.Port));
        var caller = await StartAsync("caller");
        await Assert.ThrowsAsync(expected, async () => await caller.Fan.CallAsync("peer.get", default));
    }

    [Theory]
    [InlineData("431 Too Large", typeof(LimitExceededException))]
    [InlineData("413 Too Large", typeof(LimitExceededException))]
    [InlineData("502 Bad Gateway", typeof(ServiceUnavailableException))]
    [InlineData("503 Unavailable", typeof(ServiceUnavailableException))]
    [InlineData("504 Too Late", typeof(DeadlineExceededException))]
    [InlineData("302 Elsewhere", typeof(RemoteFailureException))]
    public async Task A_status_without_problem_details_means_what_it_says(string status, Type expected)
    {
        var server = StartRaw(RawServer.Reply(status));
        await RegisterAsync("peer", FanEndpoint(server.Port));
        var caller = await StartAsync("caller");
        await Assert.ThrowsAsync(expected, async () => await caller.Fan.CallAsync("peer.get", default));
    }

    internal static string FanEndpoint(int port, string more = "") =>
        $$"""{"transport": "http", "host": "127.0.0.1", "port": {{port}}, "methods": [{"name": "get"}, """ +
        $$"""{"name": "again", "idempotent": true}, {"name": "list", "kind": "stream"}], "fan": {"application": "peer"{{more}} } }""";
}
