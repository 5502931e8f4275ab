using System.Text.Json;
using Fan.Conformance;
using Fan.Messaging;

namespace Fan.ZooKeeper.Tests.MicroFan;

/// <summary>Services of micro-fan, called from here.</summary>
public sealed class TheirServiceTests(Servers.ZooKeeperServers servers) : MicroFanTest(servers)
{
    private const string Methods = """
        {"name": "echo", "url": "/simple/echo", "method": "POST"},
        {"name": "url_params", "url": "/simple/{id}/", "method": "GET", "content_type": "application/json"},
        {"name": "remove", "url": "/simple/{id}", "method": "delete"},
        {"name": "fail", "url": "/simple/fail", "method": "POST"}
        """;

    [Fact]
    public async Task An_endpoint_of_theirs_is_found_and_called_by_contract_by_name_and_by_the_tool()
    {
        var second = StartPeer();
        await Peer.RegisterAsync("simple", "9.0.0", Config(await Peer.ServeAsync("nine"), Methods));
        Assert.Equal(
            "/endpoints/simple/10.0.0/config_0000000000",
            await Peer.RegisterAsync("simple", "10.0.0", Config(await Peer.ServeAsync("one"), Methods)));
        Assert.Equal(
            "/endpoints/simple/10.0.0/config_0000000001",
            await second.RegisterAsync("simple", "10.0.0", Config(await second.ServeAsync("two"), Methods)));
        var caller = await StartAsync("caller");
        await SeesAsync(caller, "simple", 3);
        var fan = FanOf(caller);

        var seen = await fan.Get<ISimple>().EchoAsync("é", 2);
        Assert.Equal(("POST", "/simple/echo"), (seen.Verb, seen.Target));
        Assert.True(JsonElement.DeepEquals(Json("""{"a": "é", "b": 2}"""), Json(seen.Body)));
        Assert.Equal(
            "/simple/a%2Fb/?id=a%2Fb&years=2019%2C2020&full=True",
            (await fan.Get<ISimple>().UrlParamsAsync("a/b", [2019, 2020], true)).Target);
        Assert.True(await fan.Get<ISimple>().RemoveAsync(7));
        var failure = await Assert.ThrowsAsync<RemoteFailureException>(async () => await fan.Get<ISimple>().FailAsync());
        Assert.Equal(("HTTP 418", """{"error": "a teapot"}"""), (failure.RemoteType, failure.Body));

        // Both instances of the highest version in SemVer's order, and none of 9.0.0, which is the last as a text.
        var answered = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 60; i++) answered.Add((await fan.CallAsync("simple.echo", Json("{}"))).GetProperty("who").GetString()!);
        Assert.Equal(["one", "two"], answered.Order(StringComparer.Ordinal));
        Assert.Equal(
            "nine", (await fan.CallAsync("simple.echo", Json("{}"), new CallOptions { Version = "^9.0" })).GetProperty("who").GetString());
        Assert.Equal("9.0.0", (string?)(await Peer.FindAsync("simple"))["version"]);

        var (status, told) = await ToolAsync("call", "simple.url_params", "id=7", "--store", Url);
        Assert.Equal((0, "/simple/7/?id=7"), (status, Json(told).GetProperty("target").GetString()));
        Assert.Contains("10.0.0", (await ToolAsync("ls", "--store", Url)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_and_baggage_arrive_there()
    {
        await Peer.RegisterAsync("simple", "10.0.0", Config(await Peer.ServeAsync("one"), Methods));
        var fan = FanOf(await StartAsync("caller"));
        using var root = new System.Diagnostics.Activity("root").SetIdFormat(System.Diagnostics.ActivityIdFormat.W3C).Start();
        Seen seen;
        using ((CallContext.Current with { Baggage = new Dictionary<string, string> { ["SESSION_ID"] = "abc é" } }).Use())
        {
            seen = await fan.Get<ISimple>().EchoAsync("a", 1);
        }
        Assert.Equal(root.TraceId.ToHexString()[16..].TrimStart('0'), seen.Context!.Trace);
        Assert.Equal("abc é", seen.Context.Baggage["SESSION_ID"]);
    }

    [Fact]
    public async Task A_killed_instance_costs_no_call_and_a_stopped_one_is_gone_at_once()
    {
        var (killed, stopped) = (StartPeer(4), StartPeer());
        foreach (var peer in new[] { Peer, killed, stopped })
        {
            await peer.RegisterAsync("simple", "10.0.0", Config(await peer.ServeAsync("any"), Methods));
        }
        var caller = await StartAsync("caller");
        await SeesAsync(caller, "simple", 3);
        await stopped.StopAsync();
        await SeesAsync(caller, "simple", 2);
        killed.Kill();
        for (var i = 0; i < 50; i++) Assert.Equal("any", (await FanOf(caller).Get<ISimple>().EchoAsync("a", i)).Who);
        await SeesAsync(caller, "simple", 1);
    }

    [Theory]
    [InlineData("data that is no JSON", "10.0.0", "{\"transport\": ")]
    [InlineData("no data", "10.0.0", "")]
    [InlineData("data that is no object", "10.0.0", "[1]")]
    [InlineData("no methods", "10.0.0", """{"transport": "http", "host": "127.0.0.1", "port": 1}""")]
    [InlineData("methods that are null", "10.0.0", """{"transport": "http", "host": "127.0.0.1", "port": 1, "methods": null}""")]
    [InlineData("no transport", "10.0.0", """{"host": "127.0.0.1", "port": 1, "methods": []}""")]
    [InlineData("another transport", "10.0.0", """{"transport": "https", "host": "127.0.0.1", "port": 1, "methods": []}""")]
    [InlineData(
        "another transport",
        "10.0.0",
        """{"transport": "amqp", "host": "127.0.0.1", "queue": "q", "exchange": "e", "exchange_type": "direct",""" +
        """ "routing_key": "k", "methods": []}""")]
    [InlineData(
        "a port that is none", "10.0.0", """{"transport": "http", "host": "127.0.0.1", "port": "NO_VARIABLE_PORT", "methods": []}""")]
    [InlineData(
        "nobody who listens",
        "10.0.0",
        """{"transport": "http", "host": "127.0.0.1", "port": 1, "methods": [{"name": "echo", "url": "/x", "method": "POST"}]}""")]
    [InlineData(
        "a pre-release",
        "11.0.0-rc.1",
        """{"transport": "http", "host": "127.0.0.1", "port": 1, "methods": [{"name": "echo", "url": "/x", "method": "POST"}]}""")]
    [InlineData("no version", "v3", """{"transport": "http", "host": "127.0.0.1", "port": 1, "methods": []}""")]
    [InlineData("no version", "11.2.3.4", """{"transport": "http", "host": "127.0.0.1", "port": 1, "methods": []}""")]
    public async Task What_can_not_be_called_hides_nobody_who_can(string what, string version, string data)
    {
        await Peer.RegisterAsync("simple", "9.0.0", Config(await Peer.ServeAsync("good"), Methods));
        await Peer.RegisterTextAsync("simple", version, data);
        var fan = FanOf(await StartAsync("caller"));
        for (var i = 0; i < 5; i++)
        {
            var seen = (await fan.CallAsync("simple.echo", Json("{}"))).GetProperty("who").GetString();
            Assert.True(seen == "good", what);
        }
    }

    [Fact]
    public async Task A_version_that_nobody_is_in_hides_none_and_a_service_with_only_such_is_none()
    {
        await Peer.BarrierAsync("/endpoints/simple/10.0.0", up: true);
        await Peer.BarrierAsync("/endpoints/simple/10.0.0", up: false);
        var fan = FanOf(await StartAsync("caller"));
        await Assert.ThrowsAsync<NoSuchServiceException>(async () => await fan.CallAsync("simple.echo", Json("{}")));
        await Assert.ThrowsAsync<NoSuchServiceException>(async () => await fan.CallAsync("nobody.echo", Json("{}")));
        await Peer.RegisterAsync("simple", "9.0.0", Config(await Peer.ServeAsync("good"), Methods));
        await Eventually.TrueAsync(
            async () => await Record.ExceptionAsync(async () => await fan.CallAsync("simple.echo", Json("{}"))) is null,
            "the other version is called");
        await Assert.ThrowsAsync<NoSuchMethodException>(async () => await fan.CallAsync("simple.other", Json("{}")));
    }

    [Theory]
    [InlineData("""{"name": "echo", "url": "/simple/echo", "method": null, "content_type": null}""", "GET")]
    [InlineData("""{"name": "echo", "url": "/simple/echo"}""", "GET")]
    [InlineData("""{"name": "echo", "url": "/simple/echo", "method": "post", "content_type": null}""", "POST")]
    [InlineData(
        """{"name": "echo", "url": "/first", "method": "GET"}, """ +
        """{"name": "echo", "url": "/simple/echo", "method": "PUT", "more": {"kept": true}}""",
        "PUT")]
    public async Task Odd_methods_are_called_as_they_are_meant(string methods, string verb)
    {
        var port = await Peer.ServeAsync("odd");
        await Peer.RegisterAsync(
            "simple",
            "10.0.0",
            $$"""{"port": "{{port}}", "unknown": [1], "host": "127.0.0.1", "transport": "http", "methods": [{{methods}}]}""");
        var seen = await FanOf(await StartAsync("caller")).CallAsync("simple.echo", Json("{}"));
        Assert.Equal((verb, "/simple/echo"), (seen.GetProperty("verb").GetString(), seen.GetProperty("target").GetString()));
    }

    [Fact]
    public async Task The_highest_of_versions_with_zeros_before_their_numbers_is_called()
    {
        foreach (var version in (string[])["2024.05.01", "2024.4.30", "01"])
        {
            await Peer.RegisterAsync("simple", version, Config(await Peer.ServeAsync(version), Methods));
        }
        var fan = FanOf(await StartAsync("caller"));
        Assert.Equal("2024.05.01", (await fan.CallAsync("simple.echo", Json("{}"))).GetProperty("who").GetString());
        foreach (var range in (string[])["01", "^1"])
        {
            Assert.Equal(
                "01", (await fan.CallAsync("simple.echo", Json("{}"), new CallOptions { Version = range })).GetProperty("who").GetString());
        }
    }

    [Fact]
    public async Task A_service_may_have_services_below_it()
    {
        await Peer.RegisterAsync("t", "1.0", Config(await Peer.ServeAsync("t")));
        await Peer.RegisterAsync("t.a", "2", Config(await Peer.ServeAsync("t.a")));
        var fan = FanOf(await StartAsync("caller"));
        foreach (var service in (string[])["t", "t.a"])
        {
            Assert.Equal(service, (await fan.CallAsync(service + ".echo", Json("{}"))).GetProperty("who").GetString());
        }
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static async Task<(int Status, string Output)> ToolAsync(params string[] arguments)
    {
        using var tool = ChildProcess.Start("Fan.Cli", arguments);
        var output = await tool.ReadToEndAsync();
        return (await tool.ExitAsync(), output);
    }
}
