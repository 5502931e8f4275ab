using System.Text.Json.Nodes;
using Fan.Conformance;
using Fan.ZooKeeper.Tests.Discovery;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Tool;

/// <summary>Every verb of the tool on a real server.</summary>
public sealed class VerbTests(ZooKeeperServers servers)
{
    [Fact]
    public async Task Every_verb_shows_what_is_registered_on_ZooKeeper()
    {
        await using var harness = new ZooKeeperHarness(await servers.SingleAsync());
        await using var host = await CellarHost.StartAsync(ZooKeeperHarness.Create(harness.Url), "cellars", serves: true);

        Assert.Contains("cellar", (await ToolRun.RunAsync(harness.Url, "ls")).Returned(0).Out, StringComparison.Ordinal);
        Assert.Equal(
            "cellar", (await ToolRun.RunAsync(harness.Url, "ls", "--json")).Returned(0).Json[0].GetProperty("service").GetString());
        Assert.Contains("1.2.0", (await ToolRun.RunAsync(harness.Url, "info", "cellar")).Returned(0).Out, StringComparison.Ordinal);
        Assert.Equal(
            "cellar",
            (await ToolRun.RunAsync(harness.Url, "info", "cellar", "--json")).Returned(0).Json.GetProperty("service").GetString());
        Assert.Contains(
            "cellars 7", (await ToolRun.RunAsync(harness.Url, "call", "cellar.get", "id=7")).Returned(0).Out, StringComparison.Ordinal);
        Assert.Equal(
            "cellars 7", (await ToolRun.RunAsync(harness.Url, "call", "cellar.get", "id=7", "--json")).Returned(0).Json.GetString());
        Assert.Matches(
            "registered +ok +1 service, 1 endpoint, 1 application", (await ToolRun.RunAsync(harness.Url, "doctor")).Returned(0).Out);
    }

    [Fact]
    public async Task Routes_are_changed_and_told_on_ZooKeeper()
    {
        await using var harness = new ZooKeeperHarness(await servers.SingleAsync());
        await using var host = await CellarHost.StartAsync(ZooKeeperHarness.Create(harness.Url), "cellars", serves: true);

        Assert.Contains(
            "applied by 1 application in",
            (await ToolRun.RunAsync(harness.Url, "switch", "cellar=1.2.0", "-m", "only this one")).Returned(0).Out,
            StringComparison.Ordinal);
        (await ToolRun.RunAsync(harness.Url, "split", "cellar", "1.2.0=100", "--sticky", "user", "--barrier")).Returned(0);
        Assert.Contains(
            "has no live endpoint",
            (await ToolRun.RunAsync(harness.Url, "switch", "cellar=9.0.0")).Returned(1).Error,
            StringComparison.Ordinal);
        Assert.Equal(3, (await ToolRun.RunAsync(
            harness.Url, "revert", "3", "--json")).Returned(0).Json.GetProperty("commit").GetProperty("reverts").GetInt32());
        Assert.Equal([4, 3, 2, 1], (await ToolRun.RunAsync(harness.Url, "log", "--json")).Returned(0).Json.EnumerateArray().Select(
            commit => commit.GetProperty("number").GetInt32()));
        Assert.Contains("only this one", (await ToolRun.RunAsync(harness.Url, "show", "2")).Returned(0).Out, StringComparison.Ordinal);
        Assert.Matches(@"\ncellar +1\.2\.0 +1\.2\.0 +4\n", (await ToolRun.RunAsync(harness.Url, "show")).Returned(0).Out);
        Assert.Contains(
            "Nothing is different.", (await ToolRun.RunAsync(harness.Url, "diff", "2", "4")).Returned(0).Out, StringComparison.Ordinal);
        Assert.Contains(
            "0 added, 0 removed, 0 changed",
            (await ToolRun.RunAsync(harness.Url, "diff", "cellar", "1.2.0", "1.2.0")).Returned(0).Out,
            StringComparison.Ordinal);
        Assert.Matches(@"\ncellars +cellar 1\.2\.0", (await ToolRun.RunAsync(harness.Url, "deps")).Returned(0).Out);
        Assert.Contains(
            "cellars 7",
            (await ToolRun.RunAsync(harness.Url, "call", "cellar.get", "id=7", "--via", "http")).Returned(0).Out,
            StringComparison.Ordinal);
        Assert.Equal(
            "no_such_transport",
            JsonNode.Parse((await ToolRun.RunAsync(
                harness.Url, "call", "cellar.get", "id=7", "--via", "amqp", "--json")).Returned(1).Error)!["code"]!.GetValue<string>());
        Assert.Equal("http", (await ToolRun.RunAsync(
            harness.Url,
            "bench",
            "cellar.get",
            "id=7",
            "--duration",
            "200ms",
            "--warmup",
            "0s",
            "--json")).Returned(0).Json.GetProperty("transport").GetString());
        var watched = (await ToolRun.RunAsync(
            harness.Url, "split", "cellar", "1.2.0=100", "--watch", "10ms", "--max-errors", "1%", "--json")).Returned(0).Json;
        Assert.Equal("cellar", watched.GetProperty("watched")[0].GetProperty("service").GetString());
    }

    [Fact]
    public async Task The_story_of_the_wine_store_is_played_on_ZooKeeper()
    {
        await using var harness = new ZooKeeperHarness(await servers.SingleAsync());
        using var story = ChildProcess.Start("WineStore", "--once", "--store", harness.Url);
        var told = "";
        while (await story.ReadAsync() is { } line) told += line + "\n";
        Assert.True(await story.ExitAsync() == 0, told + await story.ReadErrorsAsync());
        Assert.Matches(@"\n  both services, in one commit: commit 3, applied by 6 applications in \d+ ms\n", told);
        Assert.Matches(@"\n  labels scanned: \d{3,} of 8 digits, \d{3,} of 13; failed calls: 0\n", told);
        Assert.Matches(@"\n  bottles sold: \d{3,} by \S+, \d{2,} by \S+; failed calls: 0\n", told);
    }
}
