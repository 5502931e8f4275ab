using System.Text;
using Fan.Conformance.Transports;
using Microsoft.Extensions.Options;

namespace Fan.Http.Tests;

/// <summary>
/// What a page of a web site may send, and under which names the service may be asked. What browsers send of themselves is tried in
/// Fan.Browser.Tests.
/// </summary>
public sealed class OriginTests : HttpTest
{
    private readonly Cellar _cellar = new();

    [Theory]
    [InlineData("Origin: http://evil.example")]
    [InlineData("Origin: http://localhost:1")]
    [InlineData("Origin: null")]
    [InlineData("Origin: ")]
    [InlineData("Origin: http://localhost, http://evil.example")]
    [InlineData("Origin: http://localhost\r\nOrigin: http://evil.example")]
    [InlineData("Origin: http://localhost.evil.example")]
    [InlineData("Origin: http://localhost@evil.example")]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Sec-Fetch-Site: same-site")]
    [InlineData("Sec-Fetch-Site: Cross-Site")]
    [InlineData("Sec-Fetch-Site: ")]
    [InlineData("Sec-Fetch-Site: something-new")]
    [InlineData("Origin: http://localhost\r\nSec-Fetch-Site: cross-site")]
    [InlineData("Origin: http://evil.example\r\nSec-Fetch-Site: same-origin")]
    public async Task A_request_that_a_page_of_another_origin_can_send_runs_nothing(string headers)
    {
        var address = await ServeAsync();
        foreach (var target in (string[])["POST /cellar/get", "GET /wines/7", "GET /openapi.json", "OPTIONS /cellar/get"])
        {
            var reply = await RawClient.SendAsync(
                address, target + " HTTP/1.1", headers + "\r\n", target[0] == 'P' ? """{"id": 1}"""u8.ToArray() : null);
            Assert.Equal(403, reply.Status);
            Assert.Null(reply["Access-Control-Allow-Origin"]);
            Assert.Equal(("access_denied", "origin"), (Text(reply, "code"), Text(reply, "place")));
            Assert.Contains("Fan:Http:AllowedOrigins", Text(reply, "detail"), StringComparison.Ordinal);
        }

        Assert.Equal(0, _cellar.Calls);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:5080")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("evillocalhost")]
    [InlineData("10.0.0.1")]
    [InlineData("[::2]")]
    [InlineData("test")]
    public async Task Another_name_for_this_machine_runs_nothing(string host)
    {
        var address = await ServeAsync();
        foreach (var headers in (string[])["", $"Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n"])
        {
            var reply = await RawClient.SendAsync(
                address, "POST /cellar/get HTTP/1.1", "Content-Type: application/json\r\n" + headers, """{"id": 1}"""u8.ToArray(), host);
            Assert.Equal((403, "access_denied", "host"), (reply.Status, Text(reply, "code"), Text(reply, "place")));
            Assert.Contains("Fan:Http:AllowedHosts", Text(reply, "detail"), StringComparison.Ordinal);
        }

        Assert.Equal(0, _cellar.Calls);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:5080")]
    [InlineData("localhost.")]
    [InlineData("shop.localhost:80")]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10:65535")]
    [InlineData("[::1]:5080")]
    [InlineData("advertised.example:5080")]
    [InlineData("front.example")]
    [InlineData("a.wild.example:1")]
    public async Task The_names_of_loopback_and_those_that_are_allowed_are_served(string host)
    {
        var address = await ServeAsync(
            options => (options.AdvertisedHost, options.AllowedHosts) = ("advertised.example", ["front.example", "*.wild.example"]));
        Assert.Equal(200, (await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray(), host)).Status);
        Assert.Equal(
            403, (await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray(), "wild.example")).Status);
    }

    [Theory]
    [InlineData("wines.internal.", "wines.internal")]
    [InlineData("wines.internal.", "wines.internal.:5080")]
    [InlineData("*.wines.internal.", "a.wines.internal")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("*.bücher.example", "a.xn--bcher-kva.example:80")]
    [InlineData("xn--bcher-kva.example", "XN--BCHER-KVA.example")]
    [InlineData("FD00:0:0:0:0:0:0:1", "[fd00::1]:5080")]
    [InlineData("[fd00::0001]", "[FD00:0::1]")]
    [InlineData("::ffff:10.0.0.1", "[::ffff:a00:1]")]
    public async Task A_name_is_the_same_however_it_is_written(string setting, string host)
    {
        var address = await ServeAsync(options => options.AllowedHosts = [setting]);
        Assert.Equal(200, (await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray(), host)).Status);
        Assert.Equal(
            403,
            (await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray(), "other.example")).Status);
    }

    [Theory]
    [InlineData("wines.internal.", "wines.internal")]
    [InlineData("bücher.example", "xn--bcher-kva.example:5080")]
    public async Task So_is_the_advertised_one(string setting, string host)
    {
        var address = await ServeAsync(options => options.AdvertisedHost = setting);
        Assert.Equal(200, (await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray(), host)).Status);
    }

    [Theory]
    [InlineData("10.1.2.3:5080", 200)]
    [InlineData("[fd00::1]", 200)]
    [InlineData("localhost", 200)]
    [InlineData("wines.example", 200)]
    [InlineData("evil.example", 403)]
    public async Task An_address_that_others_reach_is_served_under_any_number_and_its_own_name(string host, int status)
    {
        var address = await ServeAsync(
            options => (options.Address, options.AllowNonLoopback, options.AdvertisedHost) = ("0.0.0.0", true, "wines.example"));
        Assert.Equal(
            status, (await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray(), host)).Status);
    }

    [Fact]
    public async Task Any_name_is_served_where_that_is_allowed()
    {
        var address = await ServeAsync(options => options.AllowedHosts = ["*"]);
        Assert.Equal(
            200, (await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray(), "evil.example")).Status);
        Assert.Equal(403, (await RawClient.SendAsync(
            address, "POST /cellar/get HTTP/1.1", "Origin: http://other.example\r\n", """{"id": 1}"""u8.ToArray(), "evil.example")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Sec-Fetch-Site: none\r\n")]
    [InlineData("Sec-Fetch-Site: same-origin\r\n")]
    [InlineData("Origin: http://localhost:5080\r\n")]
    [InlineData("Origin: https://localhost:5080\r\nSec-Fetch-Site: same-origin\r\n")]
    public async Task A_page_of_the_same_origin_and_what_is_no_page_are_served(string headers)
    {
        var address = await ServeAsync();
        Assert.Equal(200, (await RawClient.SendAsync(
            address,
            "POST /cellar/get HTTP/1.1",
            "Content-Type: application/json\r\n" + headers,
            """{"id": 1}"""u8.ToArray(),
            "localhost:5080")).Status);
        Assert.Equal(1, _cellar.Calls);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData("")]
    public async Task A_page_that_is_let_in_must_say_that_it_sends_json(string contentType)
    {
        var address = await ServeAsync(options => options.AllowedOrigins = ["http://front.example"]);
        var type = contentType.Length == 0 ? "" : $"Content-Type: {contentType}\r\n";
        foreach (var mark in (string[])["Origin: http://front.example\r\n", "Sec-Fetch-Site: same-origin\r\n"])
        {
            var reply = await RawClient.SendAsync(address, "POST /cellar/get HTTP/1.1", type + mark, """{"id": 1}"""u8.ToArray());
            Assert.Equal((415, "bad_message", "content-type"), (reply.Status, Text(reply, "code"), Text(reply, "place")));
        }

        Assert.Equal(0, _cellar.Calls);
    }

    [Theory]
    [InlineData("POST /cellar/get", "application/x-www-form-urlencoded", "id=1", 415)]
    [InlineData("POST /cellar/get", "application/x-www-form-urlencoded", """{"id": 1}""", 200)]
    [InlineData("POST /wines/set_price", "application/x-www-form-urlencoded", "inventory_id=1&price=2", 415)]
    [InlineData("POST /wines/7/price", "application/x-www-form-urlencoded", "price=2", 415)]
    [InlineData(
        "POST /wines/7/price",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"price\"\r\n\r\n2\r\n--b--\r\n",
        415)]
    [InlineData("POST /orders", "application/x-www-form-urlencoded", "name=x&count=3", 200)]
    [InlineData("POST /wines/order", "application/x-www-form-urlencoded", "name=x&count=3", 200)]
    [InlineData(
        "POST /orders",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; " +
        "name=\"count\"\r\n\r\n3\r\n--b--\r\n",
        200)]
    public async Task A_form_is_read_only_where_the_method_declares_one(string start, string contentType, string body, int status)
    {
        var address = await ServeAsync();
        var reply = await RawClient.SendAsync(
            address, start + " HTTP/1.1", $"Content-Type: {contentType}\r\n", Encoding.UTF8.GetBytes(body));
        Assert.Equal(status, reply.Status);
        if (status == 415) Assert.Contains("HttpRoute", Text(reply, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_is_answered_as_cors_asks()
    {
        var address = await ServeAsync(options => options.AllowedOrigins = ["https://Front.example:443", "http://localhost:3000"]);
        var asked = await RawClient.SendAsync(
            address,
            "OPTIONS /cellar/get HTTP/1.1",
            "Origin: https://front.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: " +
            "content-type,fan-ttl\r\nSec-Fetch-Site: cross-site\r\n");
        Assert.Equal(
            (204, "https://front.example", "content-type,fan-ttl"),
            (asked.Status, asked["Access-Control-Allow-Origin"], asked["Access-Control-Allow-Headers"]));
        Assert.Contains("POST", asked["Access-Control-Allow-Methods"]!.Split(", "));
        Assert.Contains("DELETE", asked["Access-Control-Allow-Methods"]!.Split(", "));
        Assert.Equal(
            ("600", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers", null),
            (asked["Access-Control-Max-Age"], asked["Vary"], asked["Access-Control-Allow-Credentials"]));
        Assert.Equal(0, _cellar.Calls);

        var answered = await RawClient.PostAsync(
            address, "/cellar/get", """{"id": 1}""", "Origin: http://localhost:3000\r\nSec-Fetch-Site: cross-site\r\n");
        Assert.Equal(
            (200, "http://localhost:3000", "Origin"), (answered.Status, answered["Access-Control-Allow-Origin"], answered["Vary"]));
        var failed = await RawClient.PostAsync(address, "/cellar/nowhere", "{}", "Origin: http://localhost:3000\r\n");
        Assert.Equal((404, "http://localhost:3000"), (failed.Status, failed["Access-Control-Allow-Origin"]));
        var plain = await RawClient.PostAsync(address, "/cellar/get", """{"id": 1}""");
        Assert.Equal((200, null, "Origin"), (plain.Status, plain["Access-Control-Allow-Origin"], plain["Vary"]));
        var other = await RawClient.SendAsync(
            address, "OPTIONS /cellar/get HTTP/1.1", "Origin: https://other.example\r\nAccess-Control-Request-Method: POST\r\n");
        Assert.Equal((403, null), (other.Status, other["Access-Control-Allow-Origin"]));
    }

    [Fact]
    public async Task Credentials_are_allowed_where_they_are_configured()
    {
        var named = await ServeAsync(options => (options.AllowedOrigins, options.AllowCredentials) = (["http://front.example"], true));
        Assert.Equal("true", (await RawClient.PostAsync(
            named, "/cellar/get", """{"id": 1}""", "Origin: http://front.example\r\n"))["Access-Control-Allow-Credentials"]);
    }

    [Fact]
    public async Task Any_origin_may_be_allowed()
    {
        var any = await ServeAsync(options => options.AllowedOrigins = ["*"]);
        foreach (var origin in (string[])["http://anybody.example", "null"])
        {
            var reply = await RawClient.PostAsync(
                any, "/cellar/get", """{"id": 1}""", $"Origin: {origin}\r\nSec-Fetch-Site: cross-site\r\n");
            Assert.Equal((200, "*", null), (reply.Status, reply["Access-Control-Allow-Origin"], reply["Access-Control-Allow-Credentials"]));
        }
    }

    [Theory]
    [InlineData("AllowedOrigins", "front.example")]
    [InlineData("AllowedOrigins", "http://front.example/")]
    [InlineData("AllowedOrigins", "http://front.example/app")]
    [InlineData("AllowedOrigins", "http://ann@front.example")]
    [InlineData("AllowedOrigins", "http://*.example")]
    [InlineData("AllowedOrigins", "null")]
    [InlineData("AllowedOrigins", " ")]
    [InlineData("AllowedHosts", "http://front.example")]
    [InlineData("AllowedHosts", "front.example:80")]
    [InlineData("AllowedHosts", "front.*")]
    [InlineData("AllowedHosts", "*.")]
    [InlineData("AllowedHosts", " ")]
    [InlineData("AllowCredentials", "*")]
    [InlineData("AllowCredentials", "")]
    public async Task A_setting_that_can_not_be_meant_fails_the_start(string setting, string value)
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => ServeAsync(options =>
        {
            if (setting == "AllowedHosts") options.AllowedHosts = [value];
            else options.AllowedOrigins = value.Length == 0 ? [] : [value];
            options.AllowCredentials = setting == "AllowCredentials";
        }));
        Assert.Contains(setting, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_counted_and_the_connection_goes_on()
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar));
        using var client = new RawClient(await AddressAsync(service, "cellar"));
        for (var i = 1; i <= 3; i++)
        {
            await client.WriteAsync(
                RawClient.Request("POST /cellar/get HTTP/1.1", "Origin: http://evil.example\r\n", """{"id": 1}"""u8.ToArray()));
            Assert.Equal(403, (await client.ReadAsync())!.Status);
            Assert.Equal(i, service.Rejected);
        }

        await client.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray()));
        Assert.Equal(200, (await client.ReadAsync())!.Status);
    }

    private async Task<Uri> ServeAsync(Action<FanHttpOptions>? http = null)
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddService<IWines, Wines>(), http);
        return new Uri($"http://127.0.0.1:{(await AddressAsync(service, "cellar")).Port}/");
    }

    private static string? Text(RawRequest reply, string member) =>
        Json(reply.Text).TryGetProperty(member, out var value) ? value.GetString() : null;
}
