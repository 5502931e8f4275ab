using System.Net;
using System.Text;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Http.Tests;

/// <summary>HTTP/1.1 and HTTP/2 without TLS on one port.</summary>
public sealed class ProtocolTests : HttpTest
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    // An empty SETTINGS frame.
    private static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    [Fact]
    public async Task One_port_takes_both_versions_at_once()
    {
        var address = await ServeAsync();
        using var client = new HttpClient();
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20, HttpVersion.Version11])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/cellar/add"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StringContent("""{"left": 1, "right": 2}""", Encoding.UTF8, "application/json"),
            };
            using var reply = await client.SendAsync(request);
            Assert.Equal((version, HttpStatusCode.OK, "3"), (reply.Version, reply.StatusCode, await reply.Content.ReadAsStringAsync()));
        }
    }

    [Fact]
    public async Task The_preface_may_come_byte_by_byte()
    {
        using var client = new RawClient(await ServeAsync());
        foreach (var letter in Preface) await client.WriteAsync(letter.ToString());
        await client.WriteAsync(Settings);
        Assert.Equal(4, await client.ReadFrameTypeAsync());
    }

    [Fact]
    public async Task What_the_endpoint_takes_stands_in_its_data()
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var found = await service.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            "cellar", TestContext.Current.CancellationToken);
        Assert.Equal("1.1,2", found[0].Description.Properties["http_versions"]);
    }

    [Fact]
    public async Task A_peer_that_does_not_say_so_is_called_over_http_1_1()
    {
        var server = StartRaw(RawServer.Reply("200 OK", "5"));
        await RegisterAsync("old", ProblemTests.FanEndpoint(server.Port));
        await RegisterAsync(
            "foreign",
            $$"""{"transport": "http", "host": "127.0.0.1", "port": {{server.Port}}, "methods": [{"name": "get", "url": "/x"}]}""");
        var caller = await StartAsync("caller", http: options => options.CallVersion = HttpVersion.Version20);
        Assert.Equal(5, await caller.Fan.CallAsync<int>("old.get", default));
        Assert.Equal(5, await caller.Fan.CallAsync<int>("foreign.get", default));
        Assert.Equal(["POST /old/get HTTP/1.1", "GET /x HTTP/1.1"], server.Requests.Select(request => request.Start));
    }

    [Fact]
    public async Task A_peer_that_says_so_and_does_not_is_a_clear_error()
    {
        var server = StartRaw(RawServer.Reply("400 Bad Request"));
        await RegisterAsync("liar", ProblemTests.FanEndpoint(server.Port, ", \"http_versions\": \"1.1,2\""));
        var caller = await StartAsync("caller", http: options => options.CallVersion = HttpVersion.Version20);
        var error = await Assert.ThrowsAnyAsync<FanException>(async () => await caller.Fan.CallAsync("liar.get", default));
        Assert.Contains("HTTP/2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_says_nothing_or_too_little_is_closed_in_time()
    {
        var clock = new FakeTimeProvider();
        var address = await ServeAsync(clock);
        using var silent = new RawClient(address);
        using var hesitant = new RawClient(address);
        await hesitant.WriteAsync("PRI * HT");
        var (silence, hesitation) = (silent.ReadAsync(), hesitant.ReadAsync());
        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(10));
                return Task.FromResult(silence.IsCompleted && hesitation.IsCompleted);
            },
            "both connections are closed");
        Assert.Null(await silence);
        Assert.Null(await hesitation);
    }

    [Fact]
    public async Task Stopping_closes_connections_that_said_nothing_yet()
    {
        var service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var address = await AddressAsync(service, "cellar");
        using var silent = new RawClient(address);
        using var begun = new RawClient(address);
        using var http2 = new RawClient(address);
        await begun.WriteAsync("PRI");
        await http2.WriteAsync(Preface);
        await http2.WriteAsync(Settings);
        Assert.Equal(4, await http2.ReadFrameTypeAsync());
        await service.StopAsync().WaitAsync(Eventually.Deadline);
        Assert.Null(await silent.ReadAsync());
        Assert.Null(await begun.ReadAsync());
    }

    private async Task<Uri> ServeAsync(TimeProvider? clock = null)
    {
        var service = await StartAsync("cellars", fan =>
        {
            fan.AddService<ICellar>(_ => new Cellar());
            if (clock is not null) fan.Services.AddSingleton(clock);
        });
        return await AddressAsync(service, "cellar");
    }
}
