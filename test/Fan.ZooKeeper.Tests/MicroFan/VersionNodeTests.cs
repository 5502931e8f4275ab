using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.MicroFan;

/// <summary>
/// What becomes of a version's node: while it stands empty, micro-fan's callers choose it and fail. The server takes none away by itself
/// here.
/// </summary>
public sealed class VersionNodeTests(ZooKeeperServers servers) : MicroFanTest(servers)
{
    private const string OldPath = "/endpoints/shop/bottles/1.0.0";
    private const string OurPath = "/endpoints/shop/bottles/1.1.0";

    [Fact]
    public async Task When_the_last_instance_stops_its_version_is_gone_and_the_other_is_found_at_once()
    {
        await Peer.RegisterAsync("shop.bottles", "1.0.0", Config(await Peer.ServeAsync("old")));
        var one = await StartAsync("one", fan => fan.AddService<IBottles>(_ => new Bottles()));
        var two = await StartAsync("two", fan => fan.AddService<IBottles>(_ => new Bottles()));
        Assert.Equal("1.1.0", (string?)(await Peer.FindAsync("shop.bottles"))["version"]);
        await StopAsync(one);
        Assert.Equal("1.1.0", (string?)(await Peer.FindAsync("shop.bottles"))["version"]);
        await StopAsync(two);
        Assert.Equal("1.0.0", (string?)(await Peer.FindAsync("shop.bottles"))["version"]);
        Assert.Null(await Store.GetAsync(OurPath));
        Assert.NotNull(await Store.GetAsync(StorePath.Parent(OurPath)));
    }

    [Fact]
    public async Task When_the_last_instance_is_killed_those_who_follow_the_service_take_its_version_away()
    {
        await Peer.RegisterAsync("shop.bottles", "1.0.0", Config(await Peer.ServeAsync("old")));
        using var worker = ChildProcess.Start(
            "Fan.ZooKeeper.Worker", "announce", Server.Url(Chroot, "3s"), "shop.bottles", "9.0.0", Config(1));
        await worker.WaitForAsync("ready");
        foreach (var name in (string[])["one", "two", "three"]) await SeesAsync(await StartAsync(name), "shop.bottles", 2);
        Assert.Equal("9.0.0", (string?)(await Peer.FindAsync("shop.bottles"))["version"]);
        worker.Kill();
        await Eventually.TrueAsync(
            async () => (string?)(await Peer.FindAsync("shop.bottles"))["version"] == "1.0.0", "the other version is found");
        Assert.Null(await Store.GetAsync("/endpoints/shop/bottles/9.0.0"));
    }

    [Fact]
    public async Task A_version_that_micro_fan_made_to_stay_for_ever_goes_with_its_last_instance_too()
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles()));
        var theirs = StartPeer();
        await theirs.RegisterAsync("shop.bottles", "9.0.0", Config(1));
        await SeesAsync(await StartAsync("caller"), "shop.bottles", 2);
        await theirs.StopAsync();
        await Eventually.TrueAsync(
            async () => (string?)(await Peer.CallAsync("shop.bottles", "context"))["version"] == "1.1.0", "ours is called");
    }

    [Fact]
    public async Task A_version_that_somebody_deleted_is_there_again_with_its_instance()
    {
        await StartAsync("bottles", fan => fan.AddService<IBottles>(_ => new Bottles()));
        await SeesAsync(await StartAsync("caller"), "shop.bottles", 1);
        var before = Assert.Single((await Store.GetChildrenAsync(OurPath))!);
        await Store.CommitAsync([new StoreOperation.Delete($"{OurPath}/{before}"), new StoreOperation.Delete(OurPath)]);
        await Eventually.TrueAsync(async () => (await Peer.CallAsync("shop.bottles", "context"))["error"] is null, "it is called");
    }

    [Fact]
    public async Task A_service_of_theirs_waits_for_a_barrier_of_ours_and_registers_in_the_version_that_it_left()
    {
        await SeesAsync(await StartAsync("caller"), "shop.bottles", 0);
        foreach (var path in (string[])["/endpoints", "/endpoints/shop", "/endpoints/shop/bottles", OldPath])
        {
            await Store.CommitAsync([new StoreOperation.Create(path)]);
        }
        await Store.CommitAsync([new StoreOperation.Create(OldPath + "/barrier")]);
        Assert.Null(await Peer.RegisterAsync("shop.bottles", "1.0.0", Config(1)));
        Assert.Equal(["barrier"], await Store.GetChildrenAsync(OldPath));
        await Store.CommitAsync([new StoreOperation.Delete(OldPath + "/barrier")]);
        await Eventually.TrueAsync(
            async () => await Store.GetChildrenAsync(OldPath) is [var node] && node.StartsWith("config_", StringComparison.Ordinal),
            "it is registered");
    }

    [Fact]
    public async Task One_of_ours_waits_for_a_barrier_of_theirs_and_looks_again_after_a_reconnection_and_after_an_expired_session()
    {
        await Peer.BarrierAsync(OurPath, up: true);
        await using var proxy = new TcpProxy(Server.Servers[0]);
        await StartAsync(
            "bottles", $"zookeeper://{proxy.Address}{Chroot}?session=20s", fan => fan.AddService<IBottles>(_ => new Bottles()));
        Assert.Equal(["barrier"], await Store.GetChildrenAsync(OurPath));

        // The data changes and the connection breaks: it waits on.
        await Store.CommitAsync([new StoreOperation.Set(OurPath + "/barrier", "why"u8.ToArray())]);
        var accepted = proxy.Accepted;
        proxy.Cut();
        await Eventually.TrueAsync(() => Task.FromResult(proxy.Accepted > accepted), "it comes back");
        Assert.Equal(["barrier"], await Store.GetChildrenAsync(OurPath));

        // The barrier goes while nothing can tell it so.
        proxy.Refusing = true;
        proxy.Cut();
        await Peer.BarrierAsync(OurPath, up: false);
        proxy.Refusing = false;
        await Eventually.TrueAsync(
            async () => await Store.GetChildrenAsync(OurPath) is [var node] && node.StartsWith("config_", StringComparison.Ordinal),
            "it is registered");

        // One that is raised later leaves it where it is.
        await Peer.BarrierAsync(OurPath, up: true);
        Assert.Null((await Peer.CallAsync("shop.bottles", "context"))["error"]);
    }
}
