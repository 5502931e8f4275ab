namespace Fan.Cli.Tests.Changes;

/// <summary>What is shown of commits, routes and versions.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public async ValueTask InitializeAsync() => await _place.StartPricesAsync();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task The_log_has_a_line_for_each_commit_the_newest_first()
    {
        Assert.Contains("Nothing was committed", (await _place.RunAsync("log")).Succeeded().Error, StringComparison.Ordinal);
        await ChangeAsync();
        var lines = (await _place.RunAsync("log")).Succeeded().Lines;
        Assert.Matches("^COMMIT +WHEN +AUTHOR +CHANGES +REASON$", lines[0]);
        Assert.Matches(@"^4 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +bob +price: 1\.0\.0 ▸ 2\.0\.0 10 %, 1\.0\.0 90 % +canary$", lines[1]);
        Assert.Matches(@"^3 .+ ann +price: 2\.0\.0 ▸ 1\.0\.0; tax: every version ▸ 2\.0\.0 +both$", lines[2]);
        Assert.Matches(@"^1 .+ - +The log begins\.$", lines[4]);
        Assert.Equal(2, (await _place.RunAsync("log", "-n", "1")).Succeeded().Lines.Length);
        Assert.Equal([3], (await _place.RunAsync("log", "tax", "--json")).Succeeded().Json.EnumerateArray().Select(
            commit => commit.GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task A_commit_is_shown_with_what_was_before_and_after()
    {
        await ChangeAsync();
        var page = (await _place.RunAsync("show", "3")).Succeeded().Out;
        Assert.Matches(
            @"^commit 3\nauthor   ann\nwhen     \d{4}-.+Z\nreason   both\n\nSERVICE +BEFORE +AFTER\nprice +2\.0\.0 +1\.0\.0\ntax " +
            @"+every version +2\.0\.0\n$",
            page);
        var json = (await _place.RunAsync("show", "4", "--json")).Succeeded().Json;
        Assert.Equal(
            """[{"path":"routes/price","before":{"versions":{"1.0.0":100}},"after":{"versions":{"2.0.0":10,"1.0.0":90}}}]""",
            json.GetProperty("edits").GetRawText());
        (await _place.RunAsync("show", "9")).Failed(1, "There is no commit 9 in the log");
    }

    [Fact]
    public async Task Without_a_number_the_routes_are_shown_as_they_are_now()
    {
        Assert.Contains(
            "No route is set: every version of every service takes calls.",
            (await _place.RunAsync("show")).Succeeded().Error,
            StringComparison.Ordinal);
        await ChangeAsync();
        (await _place.RunAsync("switch", "gone=3.0.0", "--force")).Succeeded();
        var lines = (await _place.RunAsync("show")).Succeeded().Lines;
        Assert.Matches("^SERVICE +CALLS GO TO +VERSIONS THAT RUN +SINCE COMMIT$", lines[0]);
        Assert.Matches(@"^gone +3\.0\.0 +none +5$", lines[1]);
        Assert.Matches(@"^price +2\.0\.0 10 %, 1\.0\.0 90 % +2\.0\.0, 1\.0\.0 +4$", lines[2]);
        Assert.Matches(@"^tax +2\.0\.0 +2\.0\.0, 1\.0\.0 +3$", lines[3]);
        var json = (await _place.RunAsync("show", "--json")).Succeeded().Json;
        Assert.Equal((5, 3), (json.GetProperty("commit").GetInt32(), json.GetProperty("values").GetArrayLength()));
        Assert.Equal(3, json.GetProperty("values")[2].GetProperty("changed").GetInt32());
    }

    [Fact]
    public async Task What_changed_between_two_commits_is_shown_in_both_directions()
    {
        await ChangeAsync();
        (await _place.RunAsync("switch", "tax=*")).Succeeded();
        Assert.Matches(
            @"^SERVICE +BEFORE +AFTER\nprice +2\.0\.0 +2\.0\.0 10 %, 1\.0\.0 90 %\n$",
            (await _place.RunAsync("diff", "2", "5")).Succeeded().Out);
        Assert.Matches(
            @"\nprice +2\.0\.0 10 %, 1\.0\.0 90 % +1\.0\.0\ntax +every version +2\.0\.0\n$",
            (await _place.RunAsync("diff", "5", "3")).Succeeded().Out);
        Assert.Equal("Nothing is different.\n", (await _place.RunAsync("diff", "4", "4")).Succeeded().Out);
        Assert.Equal("[]\n", (await _place.RunAsync("diff", "4", "4", "--json")).Succeeded().Out);
        (await _place.RunAsync("diff", "2", "99")).Failed(1, "There is no commit 6 in the log");
    }

    [Fact]
    public async Task What_changed_between_two_versions_is_shown_with_who_can_call_whom()
    {
        var page = (await _place.RunAsync("diff", "price", "1.0.0", "2.0.0")).Succeeded().Lines;
        Assert.Equal(
        [
            "~ ask(id: int): int ▸ ask(id: int, currency?: string? = null): int", "    only 2.0.0 has the argument currency",
            "~ label(): Label", "    result.colour, which 2.0.0 reads, is not sent by 1.0.0",
            "+ new(): int", "- old(id: int): int", "+ Label.colour: string", "methods: 1 added, 1 removed, 2 changed, 1 the same",
            "members: 1 added, 0 removed, 0 changed",
            "callers made for 1.0.0 can call 2.0.0: no, not every method", "callers made for 2.0.0 can call 1.0.0: no, not every method",
        ], page);
        var json = (await _place.RunAsync("diff", "price", "1.0.0", "2.0.0", "--json")).Succeeded().Json;
        Assert.Equal(
            ["changed yes partly", "changed yes partly", "added yes no", "removed no yes"],
            json.GetProperty("methods").EnumerateArray().Select(method => string.Join(
                ' ', ((string[])["change", "old_callers", "new_callers"]).Select(name => method.GetProperty(name).GetString()))));
        Assert.Equal("no", json.GetProperty("old_callers").GetString());

        Assert.Equal("callers made for 1.0.0 can call 2.0.0: yes", (await _place.RunAsync("diff", "tax", "1", "2")).Succeeded().Lines[1]);
        (await _place.RunAsync("diff", "price", "1.0.0", "3.0.0")).Failed(
            1, "No 'price' 3.0.0 runs; there is 2.0.0, 1.0.0. [no_matching_version]");
        (await _place.RunAsync("diff", "prise", "1.0.0", "3.0.0")).Failed(1, "Did you mean 'price'?");
    }

    private async Task ChangeAsync()
    {
        (await _place.RunAsync("switch", "price=2.0.0", "--author", "ann")).Succeeded();
        (await _place.RunAsync("switch", "price=1.0.0", "tax=2.0.0", "--author", "ann", "-m", "both")).Succeeded();
        (await _place.RunAsync(
            new ToolRun { Environment = { ["FAN_AUTHOR"] = "bob" } },
            "split",
            "price",
            "1.0.0=90",
            "2.0.0=10",
            "-m",
            "canary")).Succeeded();
    }
}
