using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>A listener holds so many connections and no more; callers beyond go to another endpoint.</summary>
public sealed class ConnectionBoundTests : HttpTest
{
    private readonly Cellar _full = new();

    [Fact]
    public async Task Who_comes_beyond_the_bound_is_told_so_and_comes_in_when_there_is_room()
    {
        var address = await ServeAsync();
        using (var first = new RawClient(address))
        {
            await first.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray()));
            Assert.Equal(200, (await first.ReadAsync())!.Status);
            var reply = await RawClient.PostAsync(address, "/cellar/get", """{"id": 1}""");
            Assert.Equal((503, "unavailable", "MaxConnections", "close"), (
                reply.Status,
                Json(reply.Text).GetProperty("code").GetString(),
                Json(reply.Text).GetProperty("place").GetString(),
                reply["Connection"]));
            using var http2 = new RawClient(address);
            await http2.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            Assert.Equal((4, 7), (await http2.ReadFrameTypeAsync(), await http2.ReadFrameTypeAsync()));
            Assert.Equal(1, _full.Calls);
        }

        await Eventually.TrueAsync(
            async () => (await RawClient.PostAsync(address, "/cellar/get", """{"id": 1}""")).Status == 200, "there is room again");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_call_that_meets_the_bound_goes_to_another_endpoint(string version)
    {
        var address = await ServeAsync();
        using var first = new RawClient(address);
        await first.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray()));
        Assert.Equal(200, (await first.ReadAsync())!.Status);
        var room = new Cellar();
        await StartAsync("others", fan => fan.AddService<ICellar>(_ => room));
        var caller = await StartAsync("caller", http: options => options.CallVersion = Version.Parse(version));
        await caller.SeesAsync("cellar", 2);
        for (var i = 0; i < 8; i++) await caller.Fan.Get<ICellar>().GetAsync(i);
        Assert.Equal((8, 1), (room.Calls, _full.Calls));
    }

    [Theory]
    [InlineData("", "1.1")]
    [InlineData("", "2.0")]
    [InlineData("PRI * HTT", "2.0")]
    [InlineData("", "1.1", true)]
    [InlineData("", "2.0", true)]
    public async Task Connections_that_say_nothing_shut_nobody_out(string beginning, string version, bool tls = false)
    {
        using var certificates = new Certificates();
        var address = await ServeAsync(
            options => (options.MaxConnections, options.CertificateFile) = (20, tls ? certificates.Issue("service") : null));
        var silent = new List<RawClient>();
        for (var i = 0; i < 40; i++)
        {
            silent.Add(new RawClient(address));
            if (beginning.Length > 0) await silent[i].WriteAsync(beginning);
        }

        var caller = await StartAsync("caller", http: options =>
            (options.CallVersion, options.TrustedCertificatesFile) = (Version.Parse(version), tls ? certificates.AuthorityFile : null));
        var cellar = caller.Fan.Get<ICellar>();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await cellar.EchoAsync("x") == "x";
                }
                catch (Exception error) when (error is ServiceUnavailableException or CircuitOpenException)
                {
                    // Within the moment in which the silent ones might still begin.
                    return false;
                }
            },
            "the caller is let in");
        silent.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Who_is_being_refused_takes_no_place()
    {
        var address = await ServeAsync();
        var first = new RawClient(address);
        await first.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray()));
        Assert.Equal(200, (await first.ReadAsync())!.Status);
        // Told, and read to their ends: they go on sending.
        using var refused = new RawClient(address);
        await refused.WriteAsync("POST /cellar/get HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
        Assert.Equal(503, (await refused.ReadAsync())!.Status);
        first.Dispose();
        await Eventually.TrueAsync(
            async () => (await RawClient.PostAsync(address, "/cellar/get", """{"id": 1}""")).Status == 200, "there is room again");
    }

    private async Task<Uri> ServeAsync(Action<FanHttpOptions>? http = null) =>
        await AddressAsync(
            await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _full), http ?? (options => options.MaxConnections = 1)),
            "cellar");
}
