using System.Globalization;
using System.Text;
using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Faults;

/// <summary>Three servers, of which some die while clients write, count, watch and hold ephemeral nodes.</summary>
public sealed class EnsembleFaultTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperEnsemble _ensemble = null!;
    private ZooKeeperHarness _harness = null!;

    public async ValueTask InitializeAsync()
    {
        _ensemble = await servers.DisturbedAsync();
        await _ensemble.StartAllAsync();
        _harness = new ZooKeeperHarness(_ensemble, "20s");
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task When_the_leader_is_killed_nothing_acknowledged_is_lost_and_sessions_go_on()
    {
        await using var work = await Workload.StartAsync(_harness);
        await work.GrowsAsync();
        await (await _ensemble.LeaderAsync()).KillAsync();
        await work.GrowsAsync();
        await work.StopAndVerifyAsync();
    }

    [Fact]
    public async Task When_every_server_is_restarted_in_turn_nothing_acknowledged_is_lost_and_sessions_go_on()
    {
        await using var work = await Workload.StartAsync(_harness);
        foreach (var server in _ensemble.Servers)
        {
            await work.GrowsAsync();
            await server.KillAsync();
            await work.GrowsAsync();
            await _ensemble.StartAllAsync();
        }

        await work.GrowsAsync();
        await work.StopAndVerifyAsync();
    }

    [Fact]
    public async Task When_all_servers_were_away_sessions_go_on_with_their_nodes()
    {
        var store = await _harness.OpenAsync();
        await store.CommitAsync([new StoreOperation.Create("/e", default, NodeKind.Ephemeral)]);
        var (session, created) = (store.SessionId, (await store.GetAsync("/e"))!.CreatedTransaction);
        await _ensemble.KillAllAsync();
        await Eventually.TrueAsync(() => Task.FromResult(store.State == SessionState.Disconnected), "the loss is seen");
        await _ensemble.StartAllAsync();
        Assert.Equal(
            (created, session), (await store.GetAsync("/e") is { } node ? (node.CreatedTransaction, node.EphemeralOwner) : default));
    }

    [Fact]
    public async Task A_server_without_a_quorum_is_told_as_one_that_does_not_serve()
    {
        await _ensemble.Servers[0].KillAsync();
        await _ensemble.Servers[1].KillAsync();
        await Eventually.TrueAsync(async () => await _ensemble.Servers[2].ModeAsync() is null, "the last one does not serve");
        await using var store = ZooKeeperHarness.Create($"zookeeper://{_ensemble.Servers[2].Address}");
        await ZooKeeperHarness.FailsToOpenAsync(store, "it does not serve (no quorum, or read-only)");
    }

    [Fact]
    public async Task After_a_sync_a_session_on_one_server_reads_what_a_session_on_another_wrote()
    {
        var one = await _harness.OpenAsync($"zookeeper://{_ensemble.Servers[0].Address}{_harness.Chroot}");
        var two = await _harness.OpenAsync($"zookeeper://{_ensemble.Servers[1].Address}{_harness.Chroot}");
        for (var i = 0; i < 100; i++)
        {
            await one.CommitAsync([new StoreOperation.Create("/n" + i)]);
            await two.SyncAsync();
            Assert.NotNull(await two.GetAsync("/n" + i));
        }
    }

    /// <summary>Writers that count together and create nodes, one follower, and a record of what was acknowledged.</summary>
    private sealed class Workload : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly List<ZooKeeperCoordinationStore> _stores = [];
        private readonly List<string> _created = [];
        private readonly SortedSet<string> _mirror = new(StringComparer.Ordinal);
        private readonly List<Task> _running = [];
        private int _counted;
        private int _unknown;

        public static async Task<Workload> StartAsync(ZooKeeperHarness harness)
        {
            var work = new Workload();
            for (var i = 0; i < 4; i++) work._stores.Add(await harness.OpenAsync());
            await work._stores[0].CommitAsync([new StoreOperation.Create("/sum", "0"u8.ToArray()), new StoreOperation.Create("/made")]);
            for (var i = 0; i < 3; i++)
            {
                await work._stores[i].SyncAsync();
                await work._stores[i].CommitAsync([new StoreOperation.Create($"/e{i}", default, NodeKind.Ephemeral)]);
                var (store, name) = (work._stores[i], $"{i}");
                work._running.Add(Task.Run(() => work.WriteAsync(store, name)));
            }

            work._running.Add(Task.Run(() => work.FollowAsync(work._stores[3])));
            return work;
        }

        /// <summary>Waits until more was acknowledged than before.</summary>
        public async Task GrowsAsync()
        {
            var before = Volatile.Read(ref _counted);
            await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref _counted) > before + 30), "writes are acknowledged");
        }

        public async Task StopAndVerifyAsync()
        {
            await _stopping.CancelAsync();
            await Task.WhenAll(_running[..^1]);
            var store = _stores[0];
            await Eventually.TrueAsync(async () => await Record.ExceptionAsync(async () => await store.CommitAsync(
                [new StoreOperation.Create("/made/end")])) is null or StoreConflictException, "the end is written");
            await _running[^1].WaitAsync(Eventually.Deadline);
            await store.SyncAsync();

            var sum = int.Parse(Encoding.UTF8.GetString((await store.GetAsync("/sum"))!.Data.Span), CultureInfo.InvariantCulture);
            Assert.InRange(sum, _counted, _counted + _unknown);
            var tree = (await store.GetChildrenAsync("/made"))!;
            Assert.Empty(_created.Except(tree));
            Assert.Equal(tree, _mirror);
            for (var i = 0; i < 3; i++) Assert.Equal(_stores[i].SessionId, (await store.GetAsync($"/e{i}"))!.EphemeralOwner);
        }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            foreach (var store in _stores) await store.DisposeAsync();
            _stopping.Dispose();
        }

        private async Task WriteAsync(ZooKeeperCoordinationStore store, string name)
        {
            for (var i = 0; !_stopping.IsCancellationRequested; i++)
            {
                try
                {
                    var node = (await store.GetAsync("/sum"))!;
                    var next = int.Parse(Encoding.UTF8.GetString(node.Data.Span), CultureInfo.InvariantCulture) + 1;
                    await store.CommitAsync([
                        new StoreOperation.Set("/sum", Encoding.UTF8.GetBytes(next.ToString(CultureInfo.InvariantCulture)), node.Version),
                        new StoreOperation.Create($"/made/{name}_{i}")]);
                    lock (_created) _created.Add($"{name}_{i}");
                    Interlocked.Increment(ref _counted);
                }
                catch (StoreConflictException)
                {
                    // Another one counted.
                }
                catch (StoreUnavailableException)
                {
                    Interlocked.Increment(ref _unknown);
                }
            }
        }

        private async Task FollowAsync(ZooKeeperCoordinationStore store)
        {
            await foreach (var change in store.WatchAsync("/made"))
            {
                while (await Record.ExceptionAsync(() => ApplyAsync(store, change)) is { } error)
                {
                    Assert.IsType<StoreUnavailableException>(error);
                }
                if (_mirror.Contains("end")) return;
            }
        }

        private async Task ApplyAsync(ZooKeeperCoordinationStore store, StoreEvent change)
        {
            if (change.Kind == StoreEventKind.Resync)
            {
                var children = await store.GetChildrenAsync("/made");
                _mirror.Clear();
                _mirror.UnionWith(children!);
            }
            else if (change.Path != "/made")
            {
                _mirror.Add(StorePath.Name(change.Path));
            }
        }
    }
}
