using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Tool;

/// <summary>What <c>fan doctor</c> tells of real servers.</summary>
public sealed class DoctorTests(ZooKeeperServers servers)
{
    private static readonly Dictionary<string, string?> Ann = new()
    {
        ["Fan:ZooKeeper:User"] = "ann",
        ["Fan:ZooKeeper:Password"] = "secret"
    };

    [Fact]
    public async Task It_tells_each_servers_role_and_how_far_followers_are_behind()
    {
        var ensemble = await servers.EnsembleAsync();
        await using var harness = new ZooKeeperHarness(ensemble);
        await harness.OpenAsync();
        var report = (await ToolRun.RunAsync(harness.Url, "doctor", "--json")).Returned(0);
        var told = report.Checks("server");
        Assert.Equal(3, told.Count);
        Assert.Single(told, line => line.Contains(": leader, version 3.", StringComparison.Ordinal));
        Assert.Equal(2, told.Count(line => line.Contains(": follower, version 3.", StringComparison.Ordinal)));
        Assert.All(told, line => Assert.Matches(
            @"^ok: 127\.0\.0\.1:\d+: .+, \d+ connections, \d+ requests waiting, latency min/avg/max [\d./]+ ms$", line));
        Assert.Matches(@"^ok: 127\.0\.0\.1:\d+ leads; 3 of 3 servers serve$", Assert.Single(report.Checks("ensemble")));
        Assert.Matches(
            @"^ok: transactions behind the leader: 127\.0\.0\.1:\d+ \d+, 127\.0\.0\.1:\d+ \d+$", Assert.Single(report.Checks("followers")));
    }

    [Fact]
    public async Task It_tells_the_session_and_what_the_servers_made_of_its_time()
    {
        var ensemble = await servers.SingleAsync();
        var url = ensemble.Url($"/{Guid.NewGuid():N}", "300s");
        await MakeAsync(url);
        var report = (await ToolRun.RunAsync(url, "doctor", "--json")).Returned(0);
        Assert.Matches("^ok: connected, id [0-9a-f]+$", Assert.Single(report.Checks("session")));
        Assert.Matches(
            $"^ok: 0x[0-9a-f]+ with {ensemble.Hosts}; a process that dies keeps its endpoints for 60 s, where 300 s were asked for$",
            Assert.Single(report.Checks("session time")));
    }

    [Fact]
    public async Task A_server_that_is_away_is_a_warning_while_others_serve()
    {
        var ensemble = await servers.SingleAsync();
        var away = $"127.0.0.1:{ZooKeeperEnsemble.FreePorts(1)[0]}";
        await using var harness = new ZooKeeperHarness(ensemble);
        await harness.OpenAsync();
        var report = (await ToolRun.RunAsync($"zookeeper://{ensemble.Hosts},{away}{harness.Chroot}", "doctor", "--json")).Returned(0);
        Assert.Contains(report.Checks("server"), line => line.StartsWith($"warning: {away} can't be reached", StringComparison.Ordinal));
        Assert.Contains(report.Checks("server"), line => line.StartsWith($"ok: {ensemble.Hosts}: standalone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_any_server_it_tells_that_of_each()
    {
        var ports = ZooKeeperEnsemble.FreePorts(2);
        var report = (await ToolRun.RunAsync($"zookeeper://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}/x", "doctor", "--json")).Returned(3);
        Assert.Single(report.Checks("store"), line => line.StartsWith("failed: ", StringComparison.Ordinal));
        Assert.Equal(2, report.Checks("server").Count(line => line.StartsWith("failed: 127.0.0.1:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Servers_of_two_ensembles_in_one_url_fail_it()
    {
        var (single, three) = (await servers.SingleAsync(), await servers.EnsembleAsync());
        var chroot = $"/{Guid.NewGuid():N}";
        foreach (var ensemble in new[] { single, three }) await MakeAsync(ensemble.Url(chroot, "30s"));
        var report = (await ToolRun.RunAsync($"zookeeper://{single.Hosts},{three.Hosts}{chroot}", "doctor", "--json")).Returned(1);
        Assert.Contains("they are not one ensemble", Assert.Single(report.Checks("ensemble")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("srvr,mntr", "ok: 2 of 2 followers are in step, says the leader")]
    [InlineData("srvr", "ok: not known, as 127.0.0.1:LEADER does not allow the word 'mntr'")]
    public async Task It_asks_the_leader_for_its_followers_and_tells_where_that_is_not_allowed(string allowed, string expected)
    {
        await using var ensemble = await ZooKeeperEnsemble.StartAsync(
            servers.NewFolder("words"), 3, new Dictionary<string, string> { ["4lw.commands.whitelist"] = allowed });
        var leader = await ensemble.LeaderAsync();
        await MakeAsync(ensemble.Url("/x"));
        var wanted = expected.Replace("127.0.0.1:LEADER", leader.Address, StringComparison.Ordinal);
        // A follower that has just started may still be on its way.
        await Eventually.TrueAsync(
            async () => (await ToolRun.RunAsync(ensemble.Url("/x"), "doctor", "--json")).Returned(0).Checks("quorum") is [var told]
                && told == wanted,
            wanted);
    }

    [Theory]
    [InlineData("srvr is not executed because it is not in the whitelist.\n", true)]
    [InlineData("This ZooKeeper instance is not currently serving requests\n", false)]
    [InlineData("", false)]
    public void What_a_server_says_instead_of_a_report_is_kept(string answer, bool isNotAllowed)
    {
        var report = ServerReport.Parse(answer);
        Assert.Equal((isNotAllowed, null, null), (report.IsNotAllowed, report.Mode, report.Zxid));
        Assert.NotNull(report.Refusal);
    }

    [Fact]
    public async Task It_names_the_nodes_that_the_credentials_cant_use()
    {
        await using var harness = new ZooKeeperHarness(await servers.SingleAsync());
        (harness.Options.User, harness.Options.Password) = ("ann", "secret");
        var store = await harness.OpenAsync();
        await store.CommitAsync(
            [new StoreOperation.Create("/fan"), new StoreOperation.Create("/fan/shown"), new StoreOperation.Create("/fan/hidden")]);
        IReadOnlyList<AccessRule> readable = [AccessRule.Parse("auth::cdrwa"), AccessRule.Parse("world:anyone:r")];
        foreach (var path in new[] { "/", "/fan", "/fan/shown" }) await store.Client.SetAclAsync(path, readable);

        var stranger = (await ToolRun.RunAsync(harness.Url, "doctor", "--json")).Returned(1).Checks("access");
        Assert.Contains(stranger, line => line.StartsWith("warning: /fan can't be written; its access list is ", StringComparison.Ordinal));
        Assert.Contains(stranger, line => line.StartsWith("warning: /fan/shown can't be written", StringComparison.Ordinal));
        Assert.Contains(stranger, line => line.StartsWith("failed: /fan/hidden can't be read or written", StringComparison.Ordinal));

        var report = (await ToolRun.RunAsync(harness.Url, Ann, "doctor", "--json")).Returned(0);
        Assert.Equal(
            "ok: with these credentials all of the 3 nodes looked at can be read and written", Assert.Single(report.Checks("access")));
        // Looking changes nothing.
        Assert.Equal(0, (await store.GetAsync("/fan/hidden"))!.Version);
    }

    [Fact]
    public async Task Nodes_that_cant_be_read_are_told_instead_of_an_end()
    {
        await using var harness = new ZooKeeperHarness(await servers.SingleAsync());
        (harness.Options.User, harness.Options.Password) = ("ann", "secret");
        var store = await harness.OpenAsync();
        await store.Client.SetAclAsync("/", [AccessRule.Parse("auth::cdrwa"), AccessRule.Parse("world:anyone:r")]);
        await store.CommitAsync([new StoreOperation.Create("/endpoints")]);
        var report = (await ToolRun.RunAsync(harness.Url, "doctor", "--json")).Returned(1);
        Assert.StartsWith("failed: /endpoints can't be read or written", Assert.Single(report.Checks("access")), StringComparison.Ordinal);
        Assert.Contains("does not allow it to these credentials", Assert.Single(report.Checks("registered")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_do_not_fit_are_wrong_usage()
    {
        var run = (await ToolRun.RunAsync(
            (await servers.SingleAsync()).Url("/x"), new Dictionary<string, string?> { ["Fan:ZooKeeper:User"] = "ann" }, "ls")).Returned(2);
        Assert.Contains("Password", run.Error, StringComparison.Ordinal);
    }

    // As the first application does; the tool makes none.
    private static async Task MakeAsync(string url)
    {
        await using var store = ZooKeeperHarness.Create(url);
        await ZooKeeperHarness.OpenAsync(store);
    }
}
