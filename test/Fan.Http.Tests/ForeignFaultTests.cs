using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Fan.Http.Tests;

/// <summary>What is wrong with an endpoint that somebody else registered, or with what is sent to it, is said in errors of Fan's.</summary>
public sealed class ForeignFaultTests : HttpTest
{
    public static TheoryData<string, string> BadMethods => new()
    {
        { "", "/echo" },
        { "GÉT", "/echo" },
        { "GET IT", "/echo" },
        { "GET", "//[" },
        { "GET", "//{x}:port/" },
        { "GET", "//evil.example/echo" },
        { "GET", "///evil.example/echo" },
        { "POST", "//ann@127.0.0.1/echo" },
        { "POST", "//{x}/echo" },
    };

    [Theory]
    [MemberData(nameof(BadMethods))]
    public async Task An_endpoint_whose_method_makes_no_request_is_passed_over(string verb, string url)
    {
        var server = StartRaw(RawServer.Reply("200 OK", "1"));
        var nobody = StartRaw(RawServer.Reply("200 OK", "2"));
        await OfferAsync(nobody.Port, verb, url);
        var caller = await StartAsync("caller");
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await caller.Fan.CallAsync("simple.echo", Json("""{"x": "y"}""")));
        Assert.Contains("which is no ", error.Message, StringComparison.Ordinal);
        await OfferAsync(server.Port, "GET", "/echo");
        await caller.SeesAsync("simple", 2);
        for (var i = 0; i < 8; i++) Assert.Equal(1, await caller.Fan.CallAsync<int>("simple.echo", Json("""{"x": "y"}""")));
        Assert.Empty(nobody.Requests);
    }

    [Theory]
    [InlineData("http://evil.example/echo", "/http://evil.example/echo")]
    [InlineData("https:evil.example/echo", "/https:evil.example/echo")]
    [InlineData("/\\\\evil.example/echo", "//evil.example/echo")]
    [InlineData("\\\\\\\\evil.example\\\\echo", "///evil.example/echo")]
    [InlineData("@evil.example/echo", "/@evil.example/echo")]
    [InlineData(":80@evil.example/", "/:80@evil.example/")]
    [InlineData("/{x}/echo", "/%2F%2Fevil.example/echo")]
    [InlineData("{x}", "/%2F%2Fevil.example")]
    public async Task A_call_stays_at_its_endpoint_whatever_its_url_looks_like(string url, string path)
    {
        var server = StartRaw(RawServer.Reply("200 OK", "1"));
        await OfferAsync(server.Port, "POST", url);
        var caller = await StartAsync("caller");
        Assert.Equal(1, await caller.Fan.CallAsync<int>("simple.echo", Json("""{"x": "//evil.example"}""")));
        Assert.Equal(($"POST {path} HTTP/1.1", $"127.0.0.1:{server.Port}"), (server.Single.Start, server.Single["Host"]));
    }

    [Fact]
    public async Task A_method_that_makes_no_request_does_not_hurt_the_others_of_its_endpoint()
    {
        var server = StartRaw(RawServer.Reply("200 OK", "1"));
        await RegisterAsync(
            "simple",
            $$"""{"transport": "http", "host": "127.0.0.1", "port": {{server.Port}}, "methods": """ +
            $$"""[{"name": "bad", "url": "/bad", "method": ""}, {"name": "good", "url": "/good"}]}""");
        var caller = await StartAsync("caller");
        for (var i = 0; i < 8; i++)
        {
            await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync("simple.bad", default));
            Assert.Equal(1, await caller.Fan.CallAsync<int>("simple.good", default));
        }
    }

    [Theory]
    [InlineData("GET", "/echo", "application/json", """{"a": 1, "half": "\ud83d"}""", "half")]
    [InlineData("GET", "/echo", "application/json", """{"a": 1, "half": ["\ud83d"]}""", "half")]
    [InlineData("GET", "/echo", "application/json", """{"a": 1, "half": {"\ud83d": 1}}""", "half")]
    [InlineData("GET", "/echo", "application/json", """{"\ud83d": 1}""", "")]
    [InlineData("POST", "/{half}", "application/json", """{"a": 1, "half": "\ud83d"}""", "half")]
    [InlineData("POST", "/echo", "application/x-www-form-urlencoded", """{"a": 1, "half": "\ud83d"}""", "half")]
    [InlineData("POST", "/echo", "multipart/form-data", """{"half": {"fileName": "\ud83d", "content": "aGk="}}""", "half")]
    [InlineData("POST", "/echo", "multipart/form-data", """{"half": {"fileName": "f", "content": "\ud83d"}}""", "half")]
    public async Task An_argument_that_can_t_be_sent_is_named(
        string verb, string url, string contentType, string arguments, string argument)
    {
        var server = StartRaw(RawServer.Reply("200 OK", "1"));
        await OfferAsync(server.Port, verb, url, contentType);
        var caller = await StartAsync("caller");
        Assert.Equal(argument, (await Assert.ThrowsAsync<BadArgumentException>(
            async () => await caller.Fan.CallAsync("simple.echo", Json(arguments)))).Argument);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_file_whose_type_is_no_text_is_sent_without_one()
    {
        var server = StartRaw(RawServer.Reply("200 OK", "1"));
        await OfferAsync(server.Port, "POST", "/echo", "multipart/form-data");
        var caller = await StartAsync("caller");
        await caller.Fan.CallAsync("simple.echo", Json("""{"f": {"fileName": "f", "content": "aGk=", "contentType": 5}}"""));
        Assert.DoesNotContain("Content-Type", server.Single.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/wines/7/price", """{"\ud83d": 1}""")]
    [InlineData("POST", "/wines/7/price", """{"price": "\ud83d"}""")]
    [InlineData("POST", "/wines/7/price", """{"inventory_id": "\ud83d"}""")]
    public async Task A_body_with_half_a_character_is_the_caller_s_fault(string verb, string path, string body)
    {
        var service = await StartAsync("wines", fan => fan.AddService<IWines, Wines>());
        using var client = new HttpClient();
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(verb), new Uri(await AddressAsync(service, "wines"), path))
        {
            Content = content
        };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private Task OfferAsync(int port, string verb, string url, string contentType = "application/json") => RegisterAsync(
        "simple",
        $$"""{"transport": "http", "host": "127.0.0.1", "port": {{port}}, "methods": """ +
        $$"""[{"name": "echo", "url": "{{url}}", "method": "{{verb}}", "content_type": "{{contentType}}"}]}""");
}
