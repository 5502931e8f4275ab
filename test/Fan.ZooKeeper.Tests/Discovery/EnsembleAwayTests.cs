using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Discovery;

/// <summary>Applications whose ensemble goes away and comes back.</summary>
public sealed class EnsembleAwayTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperEnsemble _ensemble = null!;

    public async ValueTask InitializeAsync() => _ensemble = await ZooKeeperEnsemble.StartAsync(servers.NewFolder("away"), 1);

    public ValueTask DisposeAsync() => _ensemble.DisposeAsync();

    [Fact]
    public async Task Calls_go_on_while_the_ensemble_is_away_and_everything_is_registered_once_when_it_is_back()
    {
        await using var one = await CellarHost.StartAsync(Create("3s"), "one", serves: true);
        await using var two = await CellarHost.StartAsync(Create("3s"), "two", serves: true);
        await using var caller = await CellarHost.StartAsync(Create("3s"), "caller", serves: false);
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 2, "both are seen");

        for (var i = 0; i < 20; i++) Assert.EndsWith(" 7", await caller.CallAsync(), StringComparison.Ordinal);
        await _ensemble.KillAllAsync();
        foreach (var host in new[] { one, two, caller })
        {
            await Eventually.TrueAsync(() => Task.FromResult(host.Store.State == SessionState.Disconnected), "the loss is seen");
        }
        for (var i = 0; i < 20; i++) Assert.EndsWith(" 7", await caller.CallAsync(), StringComparison.Ordinal);
        Assert.Contains("calls go on with what is known", await caller.HealthAsync(), StringComparison.Ordinal);

        // A process that starts meanwhile waits, says why, and becomes ready by itself.
        await using var late = await CellarHost.StartAsync(Create("3s"), "late", serves: true);
        Assert.Contains("can't be reached", await late.HealthAsync(), StringComparison.Ordinal);

        await _ensemble.StartAllAsync();
        foreach (var host in new[] { one, two, late })
        {
            await Eventually.TrueAsync(async () => await host.HealthAsync() == "", "it is ready");
        }
        await using var store = Create("30s");
        await ZooKeeperHarness.OpenAsync(store);
        await Eventually.TrueAsync(
            async () => (await store.GetChildrenAsync(CellarHost.VersionPath))!.Count == 3, "three endpoints, once each");
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 3, "and the caller sees them");
    }

    [Fact]
    public async Task An_ensemble_that_comes_back_with_an_older_tree_gets_new_sessions()
    {
        await using var store = Create("3s");
        await ZooKeeperHarness.OpenAsync(store);
        for (var i = 0; i < 20; i++) await store.CommitAsync([new StoreOperation.Create("/n" + i)], TestContext.Current.CancellationToken);
        await using var watch = store.WatchAsync("/n0", TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        var session = store.SessionId;
        await _ensemble.KillAllAsync();
        Directory.Delete(Path.Combine(_ensemble.Servers[0].Folder, "data", "version-2"), recursive: true);
        await _ensemble.StartAllAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(store.State == SessionState.Connected && store.SessionId != session), "a new session is open");
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
        Assert.Equal(new StoreEvent(StoreEventKind.Resync, "/n0"), watch.Current);
        Assert.Null(await store.GetAsync("/n0", TestContext.Current.CancellationToken));
    }

    private ZooKeeperCoordinationStore Create(string session) => ZooKeeperHarness.Create(_ensemble.Url("/fan", session));
}
