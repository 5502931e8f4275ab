using Fan.Conformance;

namespace Fan.EndToEnd.Tests;

/// <summary>The sample, as its readers start it.</summary>
public sealed class StoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-story-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_story_is_played_over_six_processes_its_trace_is_one_tree_and_no_call_fails_while_versions_and_owners_change()
    {
        var told = await PlayAsync();
        Assert.Contains(
            "clear the barcodes, here and at the integrations: ClearedBarcodes { StoreId = 42, Barcodes = 3, SyncEvery = 5m }",
            told,
            StringComparison.Ordinal);
        Assert.Contains("until both groups have handled it: RegisterState { SyncEvery = 5m, Journal = 1 }", told, StringComparison.Ordinal);
        Assert.Contains(
            "both releases of the labels run, and callers may ask for one: 1.x prints 00000079, 2.x 0000000000079",
            told,
            StringComparison.Ordinal);
        Assert.Matches(@"\n  both services, in one commit: commit 3, applied by 6 applications in \d+ ms\n", told);
        Assert.Matches(@"\n  the customers want their old barcodes: commit 4, applied by 6 applications in \d+ ms\n", told);
        Assert.Matches(@"\n  labels scanned: \d{3,} of 8 digits, \d{3,} of 13; failed calls: 0\n", told);
        var tree = told[told.IndexOf("lightspeed/barcode_sync_clear (WineStore, calls over ipc)", StringComparison.Ordinal)..];
        Assert.Matches(
            @"^lightspeed/barcode_sync_clear \(WineStore, calls over ipc\).*\n    lightspeed/barcode_sync_clear \(LightspeedSync, " +
            @"serves\).*\n      integration_api/barcode_sync_clear \(LightspeedSync, " +
            @"calls over ipc\).*\n        integration_api/barcode_sync_clear \(Integrations, serves\)",
            tree);

        // While they sell, the store moves there and back.
        var kept = Match(told, @"\n  store 42 is shard (\d), kept by (retail|retail-next) with fencing token (\d+)\n");
        var moved = Match(told, @"\n  moved to (retail|retail-next) by commit 5, fencing token (\d+)\n");
        var back = Match(told, @"\n  and back to (retail|retail-next) by commit 6, fencing token (\d+)\n");
        Assert.NotEqual(kept[2], moved[1]);
        Assert.Equal(kept[2], back[1]);
        Assert.True(Number(kept[3]) < Number(moved[2]) && Number(moved[2]) < Number(back[2]), told);
        Assert.Matches($@"\n  bottles sold: \d{{3,}} by {kept[2]}, \d{{2,}} by {moved[1]}; failed calls: 0\n", told);
    }

    [Fact]
    public async Task With_mixed_routes_each_service_has_a_transport_of_its_own_and_one_trace_spans_them()
    {
        var told = await PlayAsync("--routes", "mixed");
        Assert.Contains("""
              integration_api: database (barcode_read, barcode_sync_clear)
              lightspeed: tcp (ping, sell, barcode_sync_clear), database (stock_changed, config_update)
              retail.store.labels: ipc (barcode)
              retail.store.public_wines: http (create, update, list, get, delete)
              retail.store.stock: ipc (deliver), tcp (sell)
            """, told, StringComparison.Ordinal);
        AssertSale(told, lightspeed: "tcp", labels: "ipc", stockChanged: "database");
        Assert.Matches(@"\n  labels scanned: \d{3,} of 8 digits, \d{3,} of 13; failed calls: 0\n", told);
        Assert.Matches(@"\n  bottles sold: \d{3,} by \S+, \d{2,} by \S+; failed calls: 0\n", told);
    }

    [Fact]
    public async Task With_brokers_the_same_services_go_over_them_too()
    {
        await using var rabbit = new RabbitServer(Path.Combine(_folder, "rabbit"));
        await using var redis = new RedisProcess(Path.Combine(_folder, "redis"));
        await rabbit.StartAsync();
        await redis.StartAsync();
        await rabbit.ServesAsync();
        var told = await PlayAsync("--routes", "mixed", "--amqp", rabbit.Uri, "--redis", redis.Uri);
        Assert.Contains("""
              integration_api: database (barcode_read, barcode_sync_clear)
              lightspeed: amqp (ping, sell, config_update, barcode_sync_clear), redis (stock_changed)
              retail.store.labels: redis (barcode)
              retail.store.public_wines: http (create, update, list, get, delete)
              retail.store.stock: ipc (deliver), tcp (sell)
            """, told, StringComparison.Ordinal);
        AssertSale(told, lightspeed: "amqp", labels: "redis", stockChanged: "redis");
        Assert.Matches(@"\n  labels scanned: \d{3,} of 8 digits, \d{3,} of 13; failed calls: 0\n", told);
    }

    [Theory]
    [InlineData("'--twice' is not understood", "--twice")]
    [InlineData("'--routes mad' is not understood", "--routes", "mad")]
    [InlineData("--amqp and --redis need --routes mixed.", "--amqp", "amqp://localhost")]
    [InlineData("Stores of kind 'zebra:' are not known", "--once", "--store", "zebra:x")]
    [InlineData("--native and --routes mixed exclude each other", "--routes", "mixed", "--native", ".")]
    [InlineData("There is no folder", "--once", "--native", "nowhere")]
    public async Task What_it_does_not_understand_is_a_failure_and_told_first(string line, params string[] arguments)
    {
        using var story = ChildProcess.Start("WineStore", arguments);
        Assert.Contains(line, (await story.ReadErrorsAsync()).Split('\n')[0], StringComparison.Ordinal);
        Assert.NotEqual(0, await story.ExitAsync());
    }

    // One call that reaches every service, through all of their processes.
    private static void AssertSale(string told, string lightspeed, string labels, string stockChanged)
    {
        string[] steps =
        [
            $@"  lightspeed/sell \(WineStore, calls over {lightspeed}\)", @"    lightspeed/sell \(LightspeedSync, serves\)",
            @"      retail.store.public_wines/get \(LightspeedSync, calls over http\)",
            @"        retail.store.public_wines/get \(Retail, serves\)",
            $@"      retail.store.labels/barcode \(LightspeedSync, calls over {labels}\)",
            @"        retail.store.labels/barcode \(Retail, serves\)",
            @"      integration_api/barcode_read \(LightspeedSync, calls over database\)",
            @"        integration_api/barcode_read \(Integrations, serves\)",
            @"      retail.store.stock/sell \(LightspeedSync, calls over tcp\)", @"        retail.store.stock/sell \(Retail, serves\)",
            $@"          lightspeed/stock_changed \(Retail, calls over {stockChanged}\)",
        ];
        Assert.Matches("\n" + string.Join(@" [\d.]+ ms\n", steps), told);
    }

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Match(string told, string pattern)
    {
        Assert.Matches(pattern, told);
        return [.. System.Text.RegularExpressions.Regex
            .Match(told, pattern, System.Text.RegularExpressions.RegexOptions.None, Eventually.Deadline).Groups.Values
            .Select(group => group.Value)];
    }

    private async Task<string> PlayAsync(params string[] arguments)
    {
        using var story = ChildProcess.Start("WineStore", ["--once", "--store", $"sqlite:{_folder}/fan.db", .. arguments]);
        var told = "";
        // Each line has its time, and not the whole story.
        while (await story.ReadAsync() is { } line) told += line + "\n";
        Assert.True(await story.ExitAsync() == 0, told + await story.ReadErrorsAsync());
        return told;
    }
}
