using Fan.Conformance;

namespace Fan.Cli.Tests.Sharding;

public sealed class ShardTests : IAsyncLifetime
{
    private readonly Place _place = new();

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "w1", "w2" })
        {
            await _place.StartAsync(name, fan => fan.Configure(options => options.Worker = name).AddService<ITill, Till>()
                .Shard<ITill>(4)
                .AddService<IFront>(_ => new Front(new Cellar())));
        }
        await Eventually.TrueAsync(
            async () => (await _place.RunAsync("shards", "shop.till")) is { Code: 0, Error: "" }, "every shard is held by its owner");
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task A_table_has_a_line_for_each_shard()
    {
        var lines = (await _place.RunAsync("shards", "shop[shop_id].till")).Succeeded().Lines;
        Assert.Equal(5, lines.Length);
        Assert.Equal("SHARD OWNER HOLDER TOKEN ASSIGNED", string.Join(' ', lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.All(lines[1..], (line, shard) => Assert.Matches($@"^{shard} +(w[12]) +\1 +\d+ +-$", line));
    }

    [Fact]
    public async Task Shards_are_moved_and_given_back()
    {
        (await _place.RunAsync("shard", "move", "shop.till", "1=w1", "2=w1")).Succeeded();
        var result = (await _place.RunAsync("shard", "move", "shop.till", "1=w2", "2=*", "-m", "more room")).Succeeded();
        Assert.Matches(@"^commit \d+  more room$", result.Lines[0]);
        Assert.Matches(@"^1 +w2 +w2 +\d+ +by commit$", result.Lines[2]);
        Assert.Matches(@"^2 +(w[12]) +\1 +\d+ +-$", result.Lines[3]);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task Moves_and_assignments_stand_in_the_text_of_log_show_and_diff()
    {
        (await _place.RunAsync("shard", "move", "shop.till", "1=w1", "-m", "first")).Succeeded();
        (await _place.RunAsync("shard", "move", "shop.till", "1=w2", "2=w1")).Succeeded();
        var log = (await _place.RunAsync("log")).Succeeded().Out.ReplaceLineEndings(" ");
        Assert.Contains("shard 1 of w1", log, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^shop\.till +every version; shard 1 of w2, 2 of w1 ", (await _place.RunAsync("show")).Succeeded().Out);
        var newest = (await _place.RunAsync("show", "--json")).Succeeded().Json.GetProperty("commit").GetInt64();
        Assert.Matches(
            @"(?m)^shop\.till +every version; shard 1 of w1, 2 as computed +every version; shard 1 of w2, 2 of w1",
            (await _place.RunAsync("diff", $"{newest - 1}", $"{newest}")).Succeeded().Out);
        var conflict = await _place.RunAsync("revert", $"{newest - 1}");
        Assert.Equal(1, conflict.Code);
        Assert.Contains(
            "is 'every version; shard 1 of w2, 2 of w1' now, and was 'every version; shard 1 of w1, 2 as computed' then",
            conflict.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_json_shards_and_moves_have_all_members()
    {
        var moved = (await _place.RunAsync("shard", "move", "shop.till", "3=w2", "--json")).Succeeded().Json;
        Assert.True(moved.GetProperty("commit").GetInt64() > 0);
        Assert.Equal(0, moved.GetProperty("warnings").GetArrayLength());
        var shard = (await _place.RunAsync("shards", "shop.till", "--json")).Succeeded().Json[3];
        Assert.Equal(shard.GetRawText(), moved.GetProperty("shards")[0].GetRawText());
        Assert.Equal((3, "w2", "w2", true), (
            shard.GetProperty("shard").GetInt32(),
            shard.GetProperty("owner").GetString(),
            shard.GetProperty("holder").GetString(),
            shard.GetProperty("assigned").GetBoolean()));
        Assert.True(shard.GetProperty("token").GetInt64() > 0);
    }

    [Theory]
    [InlineData(2, "'acme' is no assignment: write KEY=SHARD", "acme")]
    [InlineData(2, "'acme=w1' is no assignment", "acme=w1")]
    [InlineData(2, "Key 'acme' is named twice", "acme=1", "acme=*")]
    [InlineData(1, "The keys of 'shop.till' divide by 'hash:4'", "acme=1")]
    public async Task An_assignment_that_makes_no_sense_is_refused(int code, string text, params string[] keys) =>
        (await _place.RunAsync(["shard", "assign", "shop.till", .. keys])).Failed(code, text);

    [Theory]
    [InlineData(2, "'7' is no move: write SHARD=WORKER", "7")]
    [InlineData(2, "'x=w1' is no move", "x=w1")]
    [InlineData(2, "'-1=w1'", "-1=w1")]
    [InlineData(2, "'1=' is no move", "1=")]
    [InlineData(2, "Shard 1 is named twice", "1=w1", "1=w2")]
    [InlineData(1, "'shop.till' has no shard 99; it has 0 to 3.", "99=w1")]
    [InlineData(1, "No worker 'w9' serves 'shop.till'; there is w1, w2.", "1=w9")]
    public async Task A_move_that_makes_no_sense_is_refused(int code, string text, params string[] moves) =>
        (await _place.RunAsync(["shard", "move", "shop.till", .. moves])).Failed(code, text);

    [Fact]
    public async Task With_force_a_worker_may_be_named_that_does_not_live()
    {
        var result = (await _place.RunAsync("shard", "move", "shop.till", "1=w9", "--force")).Succeeded();
        // It falls to whom capacities decide for, until that worker is there.
        Assert.Matches(@"^1 +(w[12]) +\1 +\d+ +by commit$", result.Lines[2]);
    }

    [Fact]
    public async Task Two_processes_of_one_worker_name_are_told_by_shards_and_the_doctor()
    {
        Assert.Matches("workers +ok +2 workers, each one process", (await _place.RunAsync("doctor")).Succeeded().Out);
        await _place.StartAsync(
            "w2-again", fan => fan.Configure(options => options.Worker = "w2").AddService<ITill, Till>().Shard<ITill>(4));
        const string Told =
            @"^2 processes serve 'shop\.till' as worker 'w2': w2 at .+ \(instance [0-9a-f]{12}\) and w2-again at .+ " +
            @"\(instance [0-9a-f]{12}\)";
        Assert.Matches(
            Told + @"\. Give each process a name of its own \(FanOptions\.Worker\), or end all but one of them\.",
            (await _place.RunAsync("shards", "shop.till")).Succeeded().Error);
        var check = (await _place.RunAsync("doctor", "--json")).Succeeded().Json.GetProperty("checks").EnumerateArray()
            .Single(check => check.GetProperty("name").GetString() == "worker");
        Assert.Equal("warning", check.GetProperty("status").GetString());
        Assert.Matches(Told + "$", check.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task Services_without_shards_and_unknown_ones_are_told_apart()
    {
        (await _place.RunAsync("shards", "front")).Failed(1, "Service 'front' has no shards");
        (await _place.RunAsync("shards", "shop.til")).Failed(1, "Did you mean 'shop.till'?");
        (await _place.RunAsync("shard", "move", "shop.til", "1=w1")).Failed(1, "No service 'shop.til' is registered.");
    }
}
