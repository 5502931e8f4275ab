using System.Globalization;
using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Faults;

/// <summary>Other processes that die or stop.</summary>
public sealed class ProcessFaultTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperHarness _harness = null!;
    private ZooKeeperCoordinationStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        var single = await servers.SingleAsync();
        _harness = new ZooKeeperHarness(single, "3s");
        _store = await _harness.OpenAsync(single.Url(_harness.Chroot));
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task The_nodes_of_a_killed_process_go_and_watchers_see_it()
    {
        using var holder = Start("hold", "held");
        await holder.WaitForAsync("ready");
        await using var watch = _store.WatchAsync("/held").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        holder.Kill();
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
        Assert.Equal(new StoreEvent(StoreEventKind.Deleted, "/held"), watch.Current);
    }

    [Fact]
    public async Task A_process_that_was_stopped_past_its_session_loses_it_and_says_so_when_it_goes_on()
    {
        using var holder = Start("hold", "held");
        await holder.WaitForAsync("ready");
        holder.Pause();
        await Eventually.TrueAsync(async () => await _store.GetAsync("/held") is null, "the stopped process's node is gone");
        holder.Resume();
        await holder.WaitForAsync(nameof(SessionState.Expired));
        await holder.WaitForAsync(nameof(SessionState.Connected));
    }

    [Fact]
    public async Task A_session_that_idles_allocates_nothing()
    {
        using var idle = Start("idle", "unused");
        var line = await idle.ReadAsync();
        Assert.True(line is not null, line is null ? await idle.ReadErrorsAsync() : "");
        var allocated = long.Parse(line!, CultureInfo.InvariantCulture);
        // Some pings went out and came back meanwhile. What the runtime itself does is left some room.
        Assert.True(allocated < 2000, $"{allocated} bytes were allocated in the quietest two seconds");
    }

    private ChildProcess Start(string verb, string name) => ChildProcess.Start("Fan.ZooKeeper.Worker", verb, _harness.Url, name);
}
