namespace Fan.Cli.Tests.Commands;

public sealed class ListAndInfoTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public async ValueTask InitializeAsync()
    {
        await _place.StartAsync("cellars", fan => fan.AddService<ICellar>(_ => new Cellar()).AddService<ITill, Till>());
        await _place.StartAsync("old", fan => fan.AddService<IOldCellar, OldCellar>());
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task A_table_has_a_line_for_each_service()
    {
        var lines = (await _place.RunAsync("ls")).Succeeded().Lines;
        Assert.Equal(["SERVICE", "VERSIONS", "ENDPOINTS", "TRANSPORTS", "APPLICATIONS"], Words(lines[0]));
        Assert.Equal(["cellar", "1.2.0,", "1.0.0", "2", "http", "cellars,", "old"], Words(lines[1]));
        Assert.Equal(["shop[shop_id].till", "2.0.0", "1", "http", "cellars"], Words(lines[2]));
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Theory]
    [InlineData("ell", "cellar")]
    [InlineData("shop.*", "shop.till")]
    [InlineData("*", "cellar shop.till")]
    [InlineData("cell", "cellar")]
    [InlineData("????ar", "cellar")]
    [InlineData("x*", "")]
    [InlineData("shop[", "")]
    public async Task A_pattern_chooses(string pattern, string services)
    {
        var json = (await _place.RunAsync("ls", pattern, "--json")).Succeeded().Json;
        Assert.Equal(services, string.Join(' ', json.EnumerateArray().Select(service => service.GetProperty("service").GetString())));
    }

    [Fact]
    public async Task As_json_a_service_has_all_members()
    {
        var cellar = (await _place.RunAsync("ls", "cellar", "--json")).Succeeded().Json[0];
        Assert.Equal(
            """{"service":"cellar","versions":["1.2.0","1.0.0"],"endpoints":2,"transports":["http"],"applications":["cellars","old"]}""",
            cellar.GetRawText());
        Assert.Equal("shop[shop_id].till", (await _place.RunAsync("ls", "till", "--json")).Json[0].GetProperty("template").GetString());
    }

    [Fact]
    public async Task Info_shows_versions_endpoints_and_methods()
    {
        var page = (await _place.RunAsync("info", "cellar")).Succeeded().Out;
        Assert.True(page.IndexOf("\n1.2.0\n", StringComparison.Ordinal) < page.IndexOf("\n1.0.0\n", StringComparison.Ordinal), page);
        Assert.Matches(@"127\.0\.0\.1:\d+ +http +cellars +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +config_\d{10}", page);
        Assert.Matches(@"\nget\(id: int\): Wine\n +rpc, idempotent +GET /wines/\{id\} +[0-9a-f]{16}\n", page);
        Assert.Matches(@"\ncount\(to: int, fail_at\?: int = -1\): sequence of int\n +stream +POST /cellar/count ", page);
        Assert.Matches(@"\nrestock\(id: int\)\n +push ", page);
    }

    [Fact]
    public async Task Info_takes_the_name_with_and_without_keys()
    {
        foreach (var name in new[] { "shop.till", "shop[7].till", "shop[shop_id].till" })
            Assert.Equal("shop[shop_id].till", (await _place.RunAsync("info", name)).Succeeded().Lines[0]);
    }

    [Fact]
    public async Task Info_as_json_has_what_a_program_needs()
    {
        var report = (await _place.RunAsync("info", "cellar", "--json")).Succeeded().Json;
        var version = report.GetProperty("versions")[0];
        Assert.Equal("1.2.0", version.GetProperty("version").GetString());
        Assert.False(version.GetProperty("barrier").GetBoolean());
        var endpoint = version.GetProperty("endpoints")[0];
        Assert.Equal(("http", "cellars", true), (
            endpoint.GetProperty("transport").GetString(),
            endpoint.GetProperty("application").GetString(),
            endpoint.GetProperty("is_fan").GetBoolean()));
        Assert.True(DateTimeOffset.UtcNow - endpoint.GetProperty("since").GetDateTimeOffset() < TimeSpan.FromHours(1));
        var get = version.GetProperty("methods").EnumerateArray().Single(method => method.GetProperty("name").GetString() == "get");
        Assert.Equal(
            ("GET", "/wines/{id}", "rpc"),
            (get.GetProperty("verb").GetString(), get.GetProperty("url").GetString(), get.GetProperty("kind").GetString()));
        Assert.Equal("id: int", get.GetProperty("parameters")[0].GetString());
    }

    [Fact]
    public async Task Barriers_garbage_and_endpoints_that_differ_are_shown()
    {
        await _place.PutAsync("/endpoints/cellar/9.0.0/barrier", "");
        await _place.PutAsync("/endpoints/cellar/1.2.0/config_0000000099", "{garbage");
        await _place.PutAsync("/endpoints/cellar/latest/config_0000000001", """{"transport": "http", "methods": []}""");
        await _place.PutEndpointAsync("/endpoints/cellar/1.0.0/config_0000000098", 1);
        var page = (await _place.RunAsync("info", "cellar")).Succeeded().Out;
        Assert.Contains("9.0.0  a barrier holds registrations of it back", page, StringComparison.Ordinal);
        Assert.Contains("/endpoints/cellar/1.2.0/config_0000000099: The endpoint's data is no JSON", page, StringComparison.Ordinal);
        Assert.Contains(
            "/endpoints/cellar/latest/config_0000000001: 'latest', under which it stands, is no version", page, StringComparison.Ordinal);
        Assert.Contains("Its endpoints differ in get", page, StringComparison.Ordinal);
        Assert.Contains(
            "2 of the nodes can't be used, 1 of the versions has a barrier: see 'fan doctor'.",
            (await _place.RunAsync("ls")).Succeeded().Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_names_are_shown_as_text_and_make_no_line_of_their_own()
    {
        await _place.PutEndpointAsync("/endpoints/ev[red]il\u202e/1.0.0/config_0000000001", 1, """\u001b]0;title\u0007[bold]x[/]\nline""");
        var run = new ToolRun { OnTerminal = true, Environment = { ["NO_COLOR"] = "1" } };
        var line = (await _place.RunAsync(run, "ls")).Succeeded().Lines.Single(l => l.StartsWith("ev", StringComparison.Ordinal));
        Assert.Contains("ev[red]il\\u202e", line, StringComparison.Ordinal);
        Assert.Contains("\\u001b]0;title\\u0007[bold]x[/] line", line, StringComparison.Ordinal);
        var coloured = (await _place.RunAsync(new ToolRun { OnTerminal = true }, "ls")).Succeeded().Out;
        Assert.DoesNotContain("\u001b]", coloured, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', coloured);
        Assert.DoesNotContain('\u202e', (await _place.RunAsync("ls", "--json")).Succeeded().Out);
        (await _place.RunAsync("doctor")).Out.ToList().ForEach(c => Assert.True(c == '\n' || !char.IsControl(c)));
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
