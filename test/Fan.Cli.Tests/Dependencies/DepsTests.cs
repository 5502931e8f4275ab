using Fan.Cli.Tests.Changes;

namespace Fan.Cli.Tests.Dependencies;

public sealed class DepsTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public async ValueTask InitializeAsync() => await _place.StartPricesAsync();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task It_shows_who_hosts_and_needs_what_and_whether_that_is_met()
    {
        await _place.StartAsync(
            "tills", fan => fan.AddService<ITillDesk>(_ => new TillDesk()).DependsOn<IPriceOne>("^1.0").Uses<ICellar>("^1.2"));
        await _place.StartAsync(
            "tills", fan => fan.AddService<ITillDesk>(_ => new TillDesk()).DependsOn<IPriceOne>("^1.0").Uses<ICellar>("^1.2"));
        await _place.PutEndpointAsync("/endpoints/legacy/1.0.0/config_0000000001", 1, application: "old_python");
        var page = (await _place.RunAsync("deps")).Succeeded().Out;
        Assert.Matches(
            @"^APPLICATION +HOSTS +NEEDS +RANGE +KIND +STATUS\nold_python +legacy 1\.0\.0\nones +price 1\.0\.0\n +tax 1\.0\.0\n", page);
        Assert.Matches(
            @"\ntills ×2 +till 1\.0\.0 +cellar +\^1\.2 +soft +unmet: nobody runs it\n +price +\^1\.0 +hard +1\.0\.0 of ones\n", page);
        var about = (await _place.RunAsync("deps", "price")).Succeeded();
        Assert.DoesNotContain("cellar", about.Out, StringComparison.Ordinal);
        Assert.Contains("of ones", about.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_need_that_a_commit_left_unmet_names_the_commit_and_fails_the_check()
    {
        var calm = (await _place.RunAsync("deps", "--problems")).Succeeded();
        Assert.Contains("Everything that is declared is met.", calm.Error, StringComparison.Ordinal);
        await _place.StartAsync("needy", fan => fan.DependsOn<IPriceOne>("^1.0"));
        (await _place.RunAsync("switch", "price=2.0.0", "--force", "--author", "ann", "-m", "in a hurry")).Succeeded();
        var result = await _place.RunAsync("deps", "--problems");
        Assert.Equal(1, result.Code);
        Assert.Contains(
            "unmet: calls go to 2.0.0; of what fits, 1.0.0 runs; commit 2 by ann changed its route last (in a hurry)",
            result.Out,
            StringComparison.Ordinal);
        var json = await _place.RunAsync("deps", "--problems", "--json");
        Assert.Equal(1, json.Code);
        var need = Assert.Single(json.Json.GetProperty("applications").EnumerateArray()).GetProperty("needs")[0];
        Assert.Equal(("price", 2), (need.GetProperty("service").GetString(), need.GetProperty("commit").GetInt32()));
        // The service of another name takes its calls, in a version that does not fit.
        (await _place.RunAsync("switch", "tax=2.0.0", "price=@tax", "--force")).Succeeded();
        Assert.Contains("(calls are led to 'tax')", (await _place.RunAsync("deps", "--problems")).Out, StringComparison.Ordinal);
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        Assert.Equal(0, (await _place.RunAsync("deps", "--problems")).Code);
    }

    [Fact]
    public async Task Applications_that_need_each_other_are_told()
    {
        await _place.StartAsync("left", fan => fan.AddService<ITillDesk>(_ => new TillDesk()).DependsOn<IOldCellar>());
        await _place.StartAsync("right", fan => fan.AddService<IOldCellar>(_ => new OldCellar()).Uses<ITillDesk>("*"));
        await _place.StartAsync("beside", fan => fan.DependsOn<ITillDesk>("*"));
        Assert.Equal("in a circle: left ▸ right ▸ left", (await _place.RunAsync("deps")).Succeeded().Lines[^1]);
        Assert.Equal(
            """[["left","right"]]""", (await _place.RunAsync("deps", "--json")).Succeeded().Json.GetProperty("cycles").GetRawText());
    }

    [Fact]
    public async Task The_order_to_start_in_follows_hard_needs_and_keeps_a_circle_together()
    {
        await _place.StartAsync(
            "left", fan => fan.AddService<ITillDesk>(_ => new TillDesk()).DependsOn<IOldCellar>().DependsOn<IPriceOne>("^1.0"));
        await _place.StartAsync("right", fan => fan.AddService<IOldCellar>(_ => new OldCellar()).DependsOn<ITillDesk>("*"));
        await _place.StartAsync("last", fan => fan.DependsOn<ITillDesk>("*"));
        await _place.StartAsync("free", fan => fan.Uses<ITillDesk>("*"));
        var table = (await _place.RunAsync("deps", "--order")).Succeeded().Out;
        Assert.Matches("^STEP +START .*\n1 +free, ones, twos *\n2 +left, right *\n3 +last *\nin a circle: left ▸ right ▸ left\n$", table);
        Assert.Equal(
            """[["free","ones","twos"],["left","right"],["last"]]""",
            (await _place.RunAsync("deps", "--order", "--json")).Succeeded().Json.GetProperty("order").GetRawText());
        Assert.Equal(2, (await _place.RunAsync("deps", "price", "--order")).Code);
    }

    [Fact]
    public async Task An_empty_store_has_nothing_to_show()
    {
        await using var empty = new Place();
        await empty.PutAsync("/other", "");
        var result = (await empty.RunAsync("deps")).Succeeded();
        Assert.Equal("", result.Out);
        Assert.Contains("No application runs.", result.Error, StringComparison.Ordinal);
    }
}
