using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Discovery;

/// <summary>Endpoints in a tree of a real server, whose sessions expire and whose answers are lost.</summary>
public sealed class RegistrationTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperEnsemble _single = null!;
    private ZooKeeperHarness _harness = null!;
    private ZooKeeperCoordinationStore _watcher = null!;

    public async ValueTask InitializeAsync()
    {
        _single = await servers.SingleAsync();
        _harness = new ZooKeeperHarness(_single);
        _watcher = await _harness.OpenAsync();
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task After_each_expired_session_an_endpoint_is_registered_again_once()
    {
        await using var host = await CellarHost.StartAsync(ZooKeeperHarness.Create(_harness.Url), "one", serves: true);
        await using var history = new History(_watcher);
        await history.ReadyAsync();
        for (var i = 1; i <= 3; i++)
        {
            var session = host.Store.SessionId;
            await _harness.ExpireAsync(host.Store);
            await Eventually.TrueAsync(
                async () => await OwnersAsync() is [var owner] && owner != session && owner == host.Store.SessionId, "registered anew");
            await Eventually.TrueAsync(() => Task.FromResult(history.Created == i), $"{i} registrations are seen");
        }

        // What would come too often would have come before the end of this.
        await _watcher.CommitAsync([new StoreOperation.Create(CellarHost.VersionPath + "/marker")]);
        await history.SeesAsync("marker");
        Assert.Equal(3, history.Created);
    }

    [Fact]
    public async Task A_registration_whose_answer_is_lost_leaves_one_node()
    {
        await using var proxy = new TcpProxy(_single.Servers[0]);
        var store = ZooKeeperHarness.Create($"zookeeper://{proxy.Address}{_harness.Chroot}?session=20s");
        // A barrier holds the registration up until the connection carries nothing back.
        foreach (var path in (string[])["/endpoints", "/endpoints/cellar", CellarHost.VersionPath, CellarHost.VersionPath + "/barrier"])
            await _watcher.CommitAsync([new StoreOperation.Create(path)]);
        await using var host = await CellarHost.StartAsync(store, "one", serves: true);
        Assert.Equal(["barrier"], await _watcher.GetChildrenAsync(CellarHost.VersionPath));
        for (var i = 0; i < 5; i++)
        {
            var before = await OwnersAsync();
            foreach (var node in await EndpointsAsync())
            {
                await _watcher.CommitAsync([new StoreOperation.Delete($"{CellarHost.VersionPath}/{node}")]);
            }
            if (i == 0) await _watcher.CommitAsync([new StoreOperation.Delete(CellarHost.VersionPath + "/barrier")]);
            proxy.Cut();
            await Eventually.TrueAsync(async () => (await EndpointsAsync()).Count == 1, "registered");
            proxy.Cut();
            await Eventually.TrueAsync(
                async () => await OwnersAsync() is [var owner] && owner == store.SessionId && await host.HealthAsync() == "",
                "one node, and it is known");
        }
    }

    [Fact]
    public async Task A_killed_process_s_endpoint_is_gone_within_its_session_and_callers_take_the_other_meanwhile()
    {
        await using var one = await CellarHost.StartAsync(ZooKeeperHarness.Create(_harness.Url), "one", serves: true);
        await using var two = await CellarHost.StartAsync(ZooKeeperHarness.Create(_harness.Url), "two", serves: true);
        await using var caller = await CellarHost.StartAsync(ZooKeeperHarness.Create(_harness.Url), "caller", serves: false);
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 2, "both are seen");
        await _harness.ExpireAsync(one.Store);
        for (var i = 0; i < 50; i++) Assert.EndsWith(" 7", await caller.CallAsync(), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 2, "both are seen again");
    }

    [Fact]
    public async Task A_thousand_followers_of_a_service_in_one_session_cost_one_watch()
    {
        var store = await _harness.OpenAsync();
        await store.CommitAsync([new StoreOperation.Create("/herd")]);
        var watches = Enumerable.Range(0, 1000).Select(_ => store.WatchAsync("/herd").GetAsyncEnumerator()).ToList();
        foreach (var watch in watches) Assert.True(await watch.MoveNextAsync());
        Assert.Equal(1, await WatchersAsync("/herd"));
        await _watcher.CommitAsync([new StoreOperation.Create("/herd/one")]);
        foreach (var watch in watches)
        {
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
            Assert.Equal(new StoreEvent(StoreEventKind.Created, "/herd/one"), watch.Current);
            await watch.DisposeAsync();
        }

        await Eventually.TrueAsync(async () => await WatchersAsync("/herd") == 0, "the watch goes with its last follower");
    }

    [Fact]
    public async Task A_thousand_sessions_that_follow_a_service_see_a_change_once_each()
    {
        await _watcher.CommitAsync([new StoreOperation.Create("/herd")]);
        var stores = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            var store = ZooKeeperHarness.Create(_single.Url(_harness.Chroot, "60s"));
            await ZooKeeperHarness.OpenAsync(store);
            return store;
        }));
        var watches = stores.Select(store => store.WatchAsync("/herd").GetAsyncEnumerator()).ToList();
        foreach (var watch in watches) Assert.True(await watch.MoveNextAsync());
        Assert.Equal(1000, await WatchersAsync("/herd"));
        await _watcher.CommitAsync([new StoreOperation.Create("/herd/one")]);
        await _watcher.CommitAsync([new StoreOperation.Create("/herd/two")]);
        foreach (var watch in watches)
        {
            foreach (var name in (string[])["one", "two"])
            {
                Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
                Assert.Equal(new StoreEvent(StoreEventKind.Created, "/herd/" + name), watch.Current);
            }
        }

        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    private async Task<IReadOnlyList<string>> EndpointsAsync() =>
        [.. (await _watcher.GetChildrenAsync(CellarHost.VersionPath) ?? []).Where(
            name => name.StartsWith("config_", StringComparison.Ordinal))];

    private async Task<List<long>> OwnersAsync()
    {
        var owners = new List<long>();
        foreach (var name in await EndpointsAsync())
        {
            if (await _watcher.GetAsync($"{CellarHost.VersionPath}/{name}") is { } node) owners.Add(node.EphemeralOwner);
        }

        return owners;
    }

    // The server lists each watched path, with the sessions that watch it below it.
    private async Task<int> WatchersAsync(string path)
    {
        var lines = (await _single.Servers[0].AskAsync("wchp"))!.Split('\n');
        return lines.SkipWhile(line => line != _harness.Chroot + path).Skip(1).TakeWhile(line => line.StartsWith('\t')).Count();
    }

    /// <summary>Every registration that a session saw.</summary>
    private sealed class History : IAsyncDisposable
    {
        private readonly CancellationTokenSource _leaving = new();
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly Task _following;
        private int _created;

        public History(ZooKeeperCoordinationStore store) => _following = FollowAsync(store);

        public int Created => Volatile.Read(ref _created);

        public Task ReadyAsync() => _ready.Task;

        public Task SeesAsync(string name) => Eventually.TrueAsync(
            () =>
            {
                lock (_names) return Task.FromResult(_names.Contains(name));
            },
            $"{name} is seen");

        public async ValueTask DisposeAsync()
        {
            await _leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _following);
            _leaving.Dispose();
        }

        private async Task FollowAsync(ZooKeeperCoordinationStore store)
        {
            await foreach (var change in store.WatchAsync(CellarHost.VersionPath, _leaving.Token))
            {
                if (change.Kind == StoreEventKind.Resync) _ready.TrySetResult();
                if (change.Kind != StoreEventKind.Created) continue;
                var name = StorePath.Name(change.Path);
                if (name.StartsWith("config_", StringComparison.Ordinal)) Interlocked.Increment(ref _created);
                lock (_names) _names.Add(name);
            }
        }
    }
}
