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
        Assert.Equal("cellar", (await ToolRun.RunAsync(harness.Url, "ls", "--json")).Returned(0).Json[0].GetProperty("service").GetString());
        Assert.Contains("1.2.0", (await ToolRun.RunAsync(harness.Url, "info", "cellar")).Returned(0).Out, StringComparison.Ordinal);
        Assert.Equal("cellar", (await ToolRun.RunAsync(harness.Url, "info", "cellar", "--json")).Returned(0).Json.GetProperty("service").GetString());
        Assert.Contains("cellars 7", (await ToolRun.RunAsync(harness.Url, "call", "cellar.get", "id=7")).Returned(0).Out, StringComparison.Ordinal);
        Assert.Equal("cellars 7", (await ToolRun.RunAsync(harness.Url, "call", "cellar.get", "id=7", "--json")).Returned(0).Json.GetString());
        Assert.Matches("registered +ok +1 service, 1 endpoint, 1 application", (await ToolRun.RunAsync(harness.Url, "doctor")).Returned(0).Out);
    }
}
