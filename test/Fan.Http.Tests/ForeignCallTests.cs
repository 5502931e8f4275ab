using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Fan.Conformance.Transports;
using Fan.Discovery;

namespace Fan.Http.Tests;

/// <summary>Calls to services that are not Fan's: the bytes that they see.</summary>
public sealed class ForeignCallTests : HttpTest
{
    [Theory]
    [InlineData("GET", "/simple/echo", """{"l": [1, 2, "x"]}""", "/simple/echo?l=1%2C2%2Cx")]
    [InlineData("GET", "/simple/echo", """{"t": true, "f": false}""", "/simple/echo?t=True&f=False")]
    [InlineData("GET", "/simple/echo", """{"n": null, "s": "x"}""", "/simple/echo?s=x")]
    [InlineData("GET", "/simple/echo", """{"d": {"a": 1}}""", "/simple/echo?d=a")]
    [InlineData("GET", "/simple/echo", """{"s": "a b&c/é"}""", "/simple/echo?s=a+b%26c%2F%C3%A9")]
    [InlineData("GET", "/simple/echo", """{"e": "", "l": [], "f": 1.5}""", "/simple/echo?e=&l=&f=1.5")]
    [InlineData("GET", "/simple/echo", "{}", "/simple/echo")]
    [InlineData("get", "/simple/echo", """{"a": 1}""", "/simple/echo?a=1")]
    [InlineData("GET", "/simple/echo?fixed=1", """{"a": 1}""", "/simple/echo?fixed=1&a=1")]
    [InlineData("DELETE", "/simple/{id}/", """{"id": 7, "force": true}""", "/simple/7/?id=7&force=True")]
    [InlineData("GET", "/simple/{name}", """{"name": "a/b c?d#e%é"}""", "/simple/a%2Fb%20c%3Fd%23e%25%C3%A9?name=a%2Fb+c%3Fd%23e%25%C3%A9")]
    [InlineData("GET", "/simple/echo#part", """{"a": 1}""", "/simple/echo?a=1")]
    [InlineData("DELETE", "/simple/{a}?fixed=1#{b}?c", """{"a": "#"}""", "/simple/%23?fixed=1&a=%23")]
    [InlineData("GET", "/simple/{{x}}/{a}", """{"a": 1}""", "/simple/%7Bx%7D/1?a=1")]
    [InlineData("GET", "/simple/{{{a}}}", """{"a": 1}""", "/simple/%7B1%7D?a=1")]
    [InlineData("GET", "simple/{a}/{b}", """{"a": true, "b": 1.5}""", "/simple/True/1.5?a=True&b=1.5")]
    public async Task Arguments_go_into_path_and_query(string verb, string url, string arguments, string target)
    {
        var request = await CallAsync(verb, url, arguments);
        Assert.Equal($"{verb.ToUpperInvariant()} {target} HTTP/1.1", request.Start);
        Assert.Empty(request.Body);
        Assert.Null(request["Content-Type"]);
        Assert.Equal(verb == "DELETE" ? "0" : null, request["Content-Length"]);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task Other_verbs_have_all_arguments_as_json(string verb)
    {
        var request = await CallAsync(verb, "/simple/{a}", """{"a": "1", "b": 2, "c": [1, "x", null], "é": {"deep": true}}""");
        Assert.Equal($"{verb} /simple/1 HTTP/1.1", request.Start);
        Assert.Equal("application/json", request["Content-Type"]);
        Assert.True(JsonElement.DeepEquals(Json("""{"a": "1", "b": 2, "c": [1, "x", null], "é": {"deep": true}}"""), Json(request.Text)));
        Assert.Equal("{}", (await CallAsync(verb, "/simple/echo", "{}")).Text);
    }

    [Fact]
    public async Task A_missing_content_type_or_verb_is_json_and_get()
    {
        var server = StartRaw(RawServer.Reply("200 OK", "1"));
        await RegisterAsync(
            "bare",
            $$"""{"transport": "http", "host": "127.0.0.1", "port": "{{server.Port}}", "methods": [{"name": "a", "url": "/a"}, """ +
            $$"""{"name": "b", "url": "/b", "method": "POST"}]}""");
        var caller = await StartAsync("caller");
        await caller.Fan.CallAsync("bare.a", Json("""{"x": 1}"""));
        await caller.Fan.CallAsync("bare.b", Json("""{"x": 1}"""));
        Assert.Equal(["GET /a?x=1 HTTP/1.1", "POST /b HTTP/1.1"], server.Requests.Select(request => request.Start));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    public async Task Nothing_but_multipart_means_a_form(string contentType)
    {
        var request = await CallAsync("POST", "/form#part", """{"s": "a b&é", "l": [1, "x"]}""", contentType);
        Assert.Equal(("POST /form HTTP/1.1", "application/json"), (request.Start, request["Content-Type"]));
        Assert.True(JsonElement.DeepEquals(Json("""{"s": "a b&é", "l": [1, "x"]}"""), Json(request.Text)));
    }

    [Fact]
    public async Task A_form_without_a_file_is_urlencoded()
    {
        var request = await CallAsync(
            "POST",
            "/form",
            """{"s": "a b&é", "l": [1, "x"], "t": true, "n": null, "d": {"k": 1, "m": 2}, "e": ""}""",
            "multipart/form-data");
        Assert.Equal("application/x-www-form-urlencoded", request["Content-Type"]);
        Assert.Equal("s=a+b%26%C3%A9&l=1&l=x&t=True&d=k&d=m&e=", request.Text);
    }

    [Fact]
    public async Task A_form_with_a_file_is_multipart()
    {
        var request = await CallAsync(
            "PUT",
            "/form",
            """{"l": [1, "x"], "t": true, "n": null, "d": {"k": 1}, "f": """ +
            """{"fileName": "f ž.txt", "content": "aGk=", "contentType": "text/plain"}}""",
            "multipart/form-data");
        var type = request["Content-Type"]!;
        Assert.StartsWith("multipart/form-data; boundary=", type, StringComparison.Ordinal);
        var boundary = type.Split('=')[1];
        Assert.DoesNotContain('"', boundary);
        var parts = new[]
        {
            "Content-Disposition: form-data; name=\"l\"\r\n\r\n1",
            "Content-Disposition: form-data; name=\"l\"\r\n\r\nx",
            "Content-Disposition: form-data; name=\"t\"\r\n\r\nTrue",
            "Content-Disposition: form-data; name=\"d\"\r\n\r\nk",
            "Content-Disposition: form-data; name=\"f\"; filename=\"f ž.txt\"\r\nContent-Type: text/plain\r\n\r\nhi",
        };
        Assert.Equal(string.Concat(parts.Select(part => $"--{boundary}\r\n{part}\r\n")) + $"--{boundary}--\r\n", request.Text);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id": null}""")]
    [InlineData("""{"id": ""}""")]
    [InlineData("""{"id": ".."}""")]
    public async Task What_can_not_stand_in_a_path_is_refused_before_anything_is_sent(string arguments)
    {
        var server = StartRaw(RawServer.Reply("200 OK", "1"));
        await RegisterAsync(server.Port, "GET", "/simple/{id}/", "application/json");
        var caller = await StartAsync("caller");
        var error = await Assert.ThrowsAsync<BadArgumentException>(async () => await caller.Fan.CallAsync("simple.echo", Json(arguments)));
        Assert.Equal("id", error.Argument);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Any_application_can_announce_it_for_as_long_as_it_lives()
    {
        var server = StartRaw(RawServer.Reply("200 OK", "5"));
        var places = EndpointDescription.Parse(
            Encoding.UTF8.GetBytes(
                $$"""{"transport": "http", "host": "127.0.0.1", "port": {{server.Port}}, "methods": """ +
                $$"""[{"name": "find", "url": "/places/{place_id}"}]}"""));
        var announcer = await StartAsync("announcer", fan => fan.Announce("geo.places", "1.2.0", places));
        var caller = await StartAsync("caller");
        Assert.Equal(5, await caller.Fan.CallAsync<int>(
            "geo.places.find", Json("""{"place_id": "a/b", "lang": "ka"}"""), new CallOptions { Version = "^1.1" }));
        Assert.Equal("GET /places/a%2Fb?place_id=a%2Fb&lang=ka HTTP/1.1", server.Single.Start);
        await announcer.StopAsync();
        await caller.SeesAsync("geo.places", 0);
    }

    [Fact]
    public async Task Its_four_trace_headers_are_always_sent()
    {
        var request = await CallAsync("GET", "/simple/echo", "{}");
        Assert.Matches("^[0-9a-f]{1,16}$", request["ot-span-id"]);
        Assert.Matches("^[1-9a-f][0-9a-f]{0,15}$", request["ot-trace-id"]);
        Assert.Equal(("{}", "false"), (request["ot-baggage"], request["ot-sampled"]!.Replace("true", "false", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Its_trace_headers_carry_the_trace_in_64_bits_and_the_baggage_in_ascii()
    {
        using var root = new Activity("root").SetIdFormat(ActivityIdFormat.W3C)
            .SetParentId(
                ActivityTraceId.CreateFromString("0af7651916cd43dd00000000000319c0"),
                ActivitySpanId.CreateFromString("00f067aa0ba902b7"),
                ActivityTraceFlags.Recorded).Start();
        RawRequest request;
        using ((CallContext.Current with { Baggage = new Dictionary<string, string> { ["SESSION_ID"] = "abc é", ["n"] = "5" } }).Use())
            request = await CallAsync("POST", "/simple/echo", "{}");
        Assert.Equal("319c0", request["ot-trace-id"]);
        Assert.Equal(root.SpanId.ToHexString().TrimStart('0'), request["ot-span-id"]);
        Assert.Equal("true", request["ot-sampled"]);
        Assert.Equal("""{"SESSION_ID":"abc \u00E9","n":"5"}""", request["ot-baggage"]);
        Assert.Equal("SESSION_ID=abc%20%C3%A9,n=5", request["baggage"]);
        Assert.Contains("0af7651916cd43dd00000000000319c0", request["traceparent"], StringComparison.Ordinal);
    }

    private async Task<RawRequest> CallAsync(string verb, string url, string arguments, string contentType = "application/json")
    {
        var server = StartRaw(RawServer.Reply("200 OK", "{\"ok\": true}"));
        await RegisterAsync(server.Port, verb, url, contentType);
        var caller = await StartAsync("caller");
        Assert.True((await caller.Fan.CallAsync("simple" + server.Port + ".echo", Json(arguments))).GetProperty("ok").GetBoolean());
        return server.Single;
    }

    private async Task RegisterAsync(int port, string verb, string url, string contentType)
    {
        var json =
            $$"""{"transport": "http", "host": "127.0.0.1", "port": {{port}}, "methods": """ +
            $$"""[{"name": "echo", "url": "{{url}}", "method": "{{verb}}", "content_type": "{{contentType}}"}]}""";
        await RegisterAsync("simple" + port, json);
        await RegisterAsync("simple", json);
    }
}
