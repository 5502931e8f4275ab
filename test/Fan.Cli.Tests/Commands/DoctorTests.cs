using System.Text.Json;

namespace Fan.Cli.Tests.Commands;

public sealed class DoctorTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task All_is_well_where_it_is()
    {
        await _place.StartCellarAsync();
        var result = (await _place.RunAsync("doctor")).Succeeded();
        Assert.Matches("store +ok +reachable; a read takes", result.Out);
        Assert.Matches("session +ok +connected, id ", result.Out);
        Assert.Matches(@"file +ok +.+fan\.db, \d+ KiB, write-ahead log \d+ KiB", result.Out);
        Assert.Matches("sessions +ok +2 open, 1 of them with nodes; a process that hangs keeps its endpoints for 10 s", result.Out);
        Assert.Matches("log +ok +no commit yet, applied by 1 application", result.Out);
        Assert.Matches("registered +ok +1 service, 1 endpoint, 1 application", result.Out);
        Assert.Matches("endpoints +ok +the only address accepts connections", result.Out);
        Assert.Matches("versions +ok +fan 0.1.0, library 0.1.0, .NET 10", result.Out);
        Assert.Matches(@"configuration +ok +store sqlite:.+ \(from --store\)", result.Out);
        Assert.Matches("clock +ok +.+ not compared", result.Out);
        Assert.Equal("ok", (await _place.RunAsync("doctor", "--json")).Succeeded().Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Warnings_do_not_fail_it()
    {
        await _place.PutAsync("/endpoints/cellar/1.0.0/barrier", "");
        await _place.PutAsync("/endpoints/cellar/1.0.0/config_0000000001", "garbage");
        await _place.PutAsync("/endpoints/cellar/latest/config_0000000002", "{}");
        var report = (await _place.RunAsync("doctor", "--json")).Succeeded().Json;
        Assert.Equal("warning", report.GetProperty("status").GetString());
        var warnings = Checks(report, "warning").Select(check => check.GetProperty("name").GetString()).ToList();
        Assert.Equal(["registered", "node", "node", "barrier"], warnings);
        Assert.All(Checks(report, "warning"), check => Assert.NotEqual("", check.GetProperty("advice").GetString()));
    }

    [Fact]
    public async Task What_nobody_can_read_is_named_and_removed_when_somebody_says_yes()
    {
        await _place.StartCellarAsync();
        string[] garbage =
        [
            "/endpoints/cellar/1.0.0/config_9000000001",
            "/fan/routes/cellar",
            "/fan/queues/wine.sold/lightspeed",
            "/fan/observed/watch",
            "/fan/control/barrier"
        ];
        foreach (var path in garbage) await _place.PutAsync(path, "garbage");
        await _place.PutAsync("/fan/apps/app_9000000001", "garbage", ephemeral: true);
        _place.PutNameless("/endpoints/cel\u0001lar", "/endpoints");

        var declined = await new ToolRun { OnTerminal = true, Input = "n\n" }.RunAsync("--store", _place.StoreUrl, "doctor", "--repair");
        Assert.Contains("Remove them? [y/N] Nothing was removed.", declined.Out, StringComparison.Ordinal);
        Assert.All(garbage, path => Assert.Contains(path, declined.Out, StringComparison.Ordinal));

        var result = (await _place.RunAsync("doctor", "--repair", "--yes", "--json")).Succeeded();
        Assert.Equal(
            [.. garbage.Order(), "1 node has a name that no path can have, as '/endpoints/cel\u0001lar'"],
            result.Json.GetProperty("removed").EnumerateArray()
                .Select(path => path.GetString())
                .OrderBy(path => path![0] == '1')
                .ThenBy(path => path, StringComparer.Ordinal));
        // What a process that lives has written is its own, and the endpoint is still there.
        var after = (await _place.RunAsync("doctor", "--json")).Succeeded().Json;
        Assert.Contains(
            "/fan/apps/app_9000000001",
            Assert.Single(Checks(after, "warning")).GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        Assert.Contains("cellar", (await _place.RunAsync("ls")).Succeeded().Out, StringComparison.Ordinal);
        Assert.Contains("Remove a route that can't be read.", (await _place.RunAsync("log")).Succeeded().Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--yes", "--yes says yes to --repair: give that too.")]
    [InlineData("--repair --json", "With --json nobody is asked: say --yes if you mean it.")]
    public async Task Nothing_is_removed_without_a_yes(string options, string told)
    {
        var result = await _place.RunAsync(["doctor", .. options.Split(' ')]);
        Assert.Equal(2, result.Code);
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_where_nobody_listens_fails_it()
    {
        var port = Place.FreePort();
        await _place.StartCellarAsync();
        await _place.PutEndpointAsync("/endpoints/gone/1.0.0/config_0000000001", port);
        await _place.PutEndpointAsync("/endpoints/odd/1.0.0/config_0000000001", port, methods: "[]");
        var result = await _place.RunAsync("doctor", "--json");
        Assert.Equal(1, result.Code);
        var failures = Checks(result.Json, "failed").ToList();
        Assert.Equal(2, failures.Count);
        Assert.Contains(
            $"gone 1.0.0 at http 127.0.0.1:{port} (ghost)", failures[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("/endpoints/gone/1.0.0/config_0000000001", failures[0].GetProperty("advice").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_that_follows_another_log_fails_it()
    {
        await _place.PutAsync(
            "/fan/head", """{"number":2,"commit":{"number":2,"author":"ann","at":"2026-01-02T03:04:05.678Z","edits":[]}}""");
        await _place.PutAsync("/fan/commits/0000000002", """{"number":2,"author":"ann","at":"2026-01-02T03:04:05.678Z","edits":[]}""");
        await _place.PutAsync(
            "/fan/apps/app_0000000001",
            """{"application":"retail","instance":"a","applied":2,"fingerprint":"0123456789abcdef","oldest":2,"hosts":[],"needs":[]}""");
        await _place.PutAsync(
            "/fan/apps/app_0000000002", """{"application":"stock","instance":"b","applied":7,"oldest":7,"hosts":[],"needs":[]}""");
        await _place.PutAsync(
            "/fan/apps/app_0000000003", """{"application":"old","instance":"c","applied":2,"oldest":2,"hosts":[],"needs":[]}""");
        var result = await _place.RunAsync("doctor", "--json");
        Assert.Equal(1, result.Code);
        var failure = Assert.Single(Checks(result.Json, "failed")).GetProperty("detail").GetString();
        Assert.Contains("commit 2, but retail (commit 2), stock (commit 7) applied another log", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_was_restored_is_told_when_all_follow_it_again()
    {
        await _place.PutAsync(
            "/fan/head", """{"number":2,"commit":{"number":2,"author":"ann","at":"2026-01-02T03:04:05.678Z","edits":[]}}""");
        await _place.PutAsync("/fan/commits/0000000002", """{"number":2,"author":"ann","at":"2026-01-02T03:04:05.678Z","edits":[]}""");
        await _place.PutAsync(
            "/fan/apps/app_0000000001",
            """{"application":"retail","instance":"a","applied":2,"restored_from":7,"oldest":2,"hosts":[],"needs":[]}""");
        await _place.PutAsync(
            "/fan/apps/app_0000000002", """{"application":"new","instance":"b","applied":2,"oldest":2,"hosts":[],"needs":[]}""");
        var result = await _place.RunAsync("doctor", "--json");
        Assert.Equal(0, result.Code);
        var warning = Checks(result.Json, "warning").Single(check => check.GetProperty("name").GetString() == "log");
        Assert.Equal(
            "commit 2, applied by 2 applications; the store was restored or begun anew within the last ten minutes: the log was at 7",
            warning.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Without_the_store_it_tells_that_and_what_it_knows_anyway()
    {
        var file = Path.Combine(_place.Folder, "fan.db");
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("this is not a database. ", 100)));
        var result = await _place.RunAsync("doctor", "--json");
        Assert.Equal(3, result.Code);
        Assert.Contains(
            "is no SQLite file", Assert.Single(Checks(result.Json, "failed")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            ["versions", "configuration", "clock", "file"],
            Checks(result.Json, "ok").Select(check => check.GetProperty("name").GetString()));
    }

    private static IEnumerable<JsonElement> Checks(JsonElement report, string status) =>
        report.GetProperty("checks").EnumerateArray().Where(check => check.GetProperty("status").GetString() == status);
}
