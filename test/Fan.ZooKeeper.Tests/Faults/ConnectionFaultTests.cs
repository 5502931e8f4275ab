using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Faults;

/// <summary>Connections that break, stall, or carry only one way.</summary>
public sealed class ConnectionFaultTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private ZooKeeperHarness _harness = null!;
    private TcpProxy _proxy = null!;
    private ZooKeeperCoordinationStore _direct = null!;

    public async ValueTask InitializeAsync()
    {
        var single = await servers.SingleAsync();
        _harness = new ZooKeeperHarness(single);
        _proxy = new TcpProxy(single.Servers[0]);
        _direct = await _harness.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_cut_connection_is_replaced_and_session_nodes_and_watches_go_on()
    {
        var store = await OpenAsync("10s");
        await store.CommitAsync([new StoreOperation.Create("/e", default, NodeKind.Ephemeral)]);
        await using var watch = store.WatchAsync("/w").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        var (session, created) = (store.SessionId, (await store.GetAsync("/e"))!.CreatedTransaction);
        for (var i = 0; i < 5; i++)
        {
            _proxy.Refusing = true;
            _proxy.Cut();
            // Nobody tells of it: it happens while the connection is away.
            await _direct.CommitAsync([new StoreOperation.Create("/w"), new StoreOperation.Delete("/w")]);
            _proxy.Refusing = false;
            await ExpectAsync(watch, new StoreEvent(StoreEventKind.Resync, "/w"));
            await _direct.CommitAsync([new StoreOperation.Create("/w")]);
            await ExpectAsync(watch, new StoreEvent(StoreEventKind.Created, "/w"));
            await _direct.CommitAsync([new StoreOperation.Delete("/w")]);
            await ExpectAsync(watch, new StoreEvent(StoreEventKind.Deleted, "/w"));
        }

        Assert.Equal((session, created), (store.SessionId, (await store.GetAsync("/e"))!.CreatedTransaction));
    }

    [Fact]
    public async Task While_no_server_is_reached_no_lease_is_known()
    {
        var store = await OpenAsync("10s");
        Assert.InRange(store.LeaseRemaining, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10));
        _proxy.Refusing = true;
        _proxy.Cut();
        await Eventually.TrueAsync(() => Task.FromResult(store.LeaseRemaining == TimeSpan.Zero), "the connection is lost");
        _proxy.Refusing = false;
        await Eventually.TrueAsync(() => Task.FromResult(store.LeaseRemaining > TimeSpan.Zero), "the session goes on");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_connection_that_carries_nothing_one_way_or_both_is_given_up_in_time_for_the_session_to_go_on(
        bool toServer, bool toClient)
    {
        var store = await OpenAsync("6s");
        await store.CommitAsync([new StoreOperation.Create("/e", default, NodeKind.Ephemeral)]);
        var session = store.SessionId;
        await using var states = store.WatchSessionAsync().GetAsyncEnumerator();
        await ExpectAsync(states, SessionState.Connected);
        _proxy.Hold(toServer, toClient);
        await ExpectAsync(states, SessionState.Disconnected);
        await ExpectAsync(states, SessionState.Connected);
        Assert.Equal(session, store.SessionId);
        Assert.Equal(session, (await store.GetAsync("/e"))!.EphemeralOwner);
    }

    [Fact]
    public async Task A_connection_that_is_away_past_the_session_s_time_ends_it_and_a_new_one_takes_its_place()
    {
        var store = await OpenAsync("3s");
        await store.CommitAsync([new StoreOperation.Create("/e", default, NodeKind.Ephemeral)]);
        await using var watch = store.WatchAsync("/e").GetAsyncEnumerator();
        await ExpectAsync(watch, new StoreEvent(StoreEventKind.Resync, "/e"));
        await using var states = store.WatchSessionAsync().GetAsyncEnumerator();
        await ExpectAsync(states, SessionState.Connected);
        var session = store.SessionId;
        _proxy.Refusing = true;
        _proxy.Hold(toServer: true, toClient: true);
        await Eventually.TrueAsync(async () => await _direct.GetAsync("/e") is null, "the server ends the session");
        _proxy.Refusing = false;
        while (await NextAsync(states) != SessionState.Expired)
        {
        }

        await ExpectAsync(states, SessionState.Connected);
        Assert.NotEqual(session, store.SessionId);
        await ExpectAsync(watch, new StoreEvent(StoreEventKind.Resync, "/e"));
        await _direct.CommitAsync([new StoreOperation.Create("/e")]);
        await ExpectAsync(watch, new StoreEvent(StoreEventKind.Created, "/e"));
    }

    [Fact]
    public async Task A_read_whose_connection_breaks_is_asked_again()
    {
        var store = await OpenAsync("10s");
        await store.CommitAsync([new StoreOperation.Create("/r", "1"u8.ToArray())]);
        _proxy.Hold(toServer: false, toClient: true);
        var reading = store.GetAsync("/r").AsTask();
        var listing = store.GetChildrenAsync("/").AsTask();
        await InFlightAsync(store, 2);
        _proxy.Cut();
        Assert.Equal("1"u8.ToArray(), (await reading)!.Data.ToArray());
        Assert.Equal(["r"], await listing);
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_said_to_be_unknown_and_not_done_twice()
    {
        var store = await OpenAsync("10s");
        await store.CommitAsync([new StoreOperation.Create("/n")]);
        _proxy.Hold(toServer: false, toClient: true);
        var writing = store.CommitAsync([new StoreOperation.Set("/n", "x"u8.ToArray())]).AsTask();
        await Eventually.TrueAsync(async () => (await _direct.GetAsync("/n"))!.Version == 1, "the write is done");
        _proxy.Cut();
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => writing);
        Assert.Contains("whether a write was done is unknown", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await store.GetAsync("/n"))!.Version);
    }

    [Theory]
    [InlineData(NodeKind.Ephemeral)]
    [InlineData(NodeKind.EphemeralSequential)]
    public async Task Ephemeral_nodes_whose_answers_are_lost_are_found_when_the_session_goes_on(NodeKind kind)
    {
        var store = await OpenAsync("10s");
        await store.CommitAsync([new StoreOperation.Create("/q")]);
        var known = (await store.CommitAsync(
            [new StoreOperation.Create("/q/n_0_", "same"u8.ToArray(), NodeKind.EphemeralSequential)]))[0].Path;
        _proxy.Hold(toServer: false, toClient: true);
        // With the same name and data where the name gets a number: which of them is whose can't be told, and need not be.
        var creating = Enumerable.Range(0, 3).Select(i => store.CommitAsync(
            [new StoreOperation.Create($"/q/n_{(kind == NodeKind.Ephemeral ? i + 1 : 0)}_", "same"u8.ToArray(), kind)]).AsTask()).ToList();
        await Eventually.TrueAsync(async () => (await _direct.GetChildrenAsync("/q"))!.Count == 4, "they are created");
        _proxy.Cut();
        await Task.WhenAny(creating);
        var later = store.CommitAsync([new StoreOperation.Create("/q/n_0_", "same"u8.ToArray(), NodeKind.EphemeralSequential)]);
        var paths = (await Task.WhenAll(creating)).Select(results => results[0].Path).Append(known).Append((await later)[0].Path).ToList();
        Assert.Equal(5, paths.Distinct(StringComparer.Ordinal).Count());
        await _direct.SyncAsync();
        Assert.Equal(paths.Select(StorePath.Name).Order(StringComparer.Ordinal), await _direct.GetChildrenAsync("/q"));
    }

    [Fact]
    public async Task While_no_server_answers_requests_wait_fail_with_the_reason_and_work_again_by_themselves()
    {
        _harness.Options.RequestTimeout = TimeSpan.FromMilliseconds(300);
        var store = await OpenAsync("30s");
        _proxy.Refusing = true;
        _proxy.Cut();
        await Eventually.TrueAsync(() => Task.FromResult(store.State == SessionState.Disconnected), "the break is seen");
        var read = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.GetAsync("/"));
        Assert.Contains(_proxy.Address, read.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync([new StoreOperation.Create("/never")]));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SyncAsync());
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            await foreach (var _ in store.WatchAsync("/")) break;
        });
        _proxy.Refusing = false;
        await Eventually.TrueAsync(() => Task.FromResult(store.State == SessionState.Connected), "the session goes on");
        await store.CommitAsync([new StoreOperation.Create("/again")]);
        Assert.Null(await store.GetAsync("/never"));
    }

    [Fact]
    public async Task A_full_queue_makes_requests_wait_and_one_that_waits_can_be_cancelled()
    {
        _harness.Options.MaxRequestsInFlight = 4;
        var store = await OpenAsync("30s");
        await store.CommitAsync([new StoreOperation.Create("/q")]);
        _proxy.Hold(toServer: true, toClient: false);
        var writing = Enumerable.Range(0, 12)
            .Select(_ => store.CommitAsync([new StoreOperation.Create("/q/n", default, NodeKind.PersistentSequential)]).AsTask()).ToList();
        using var leave = new CancellationTokenSource();
        var leaving = store.CommitAsync([new StoreOperation.Create("/never")], leave.Token).AsTask();
        Assert.Equal(4, store.Client.InFlight);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        _proxy.Release();
        var paths = (await Task.WhenAll(writing)).Select(results => results[0].Path).ToList();
        Assert.Equal(12, paths.Distinct(StringComparer.Ordinal).Count());
        Assert.Null(await store.GetAsync("/never"));
        Assert.Equal(0, store.Client.InFlight);
    }

    [Fact]
    public async Task Bytes_in_flight_are_bounded_and_one_request_larger_than_the_bound_goes_alone()
    {
        _harness.Options.MaxBytesInFlight = 10_000;
        var store = await OpenAsync("30s");
        _proxy.Hold(toServer: true, toClient: false);
        var writing = Enumerable.Range(0, 8)
            .Select(i => store.CommitAsync([new StoreOperation.Create("/n" + i, new byte[i == 5 ? 50_000 : 4000])]).AsTask()).ToList();
        Assert.Equal(2, store.Client.InFlight);
        _proxy.Release();
        await Task.WhenAll(writing);
        Assert.Equal(8, (await store.GetChildrenAsync("/"))!.Count);
    }

    [Fact]
    public async Task A_thousand_forced_reconnects_lose_nothing_and_leave_nothing_behind()
    {
        var store = await OpenAsync("30s");
        await store.CommitAsync([new StoreOperation.Create("/e", default, NodeKind.Ephemeral), new StoreOperation.Create("/w")]);
        await using var watch = store.WatchAsync("/w").GetAsyncEnumerator();
        await ExpectAsync(watch, new StoreEvent(StoreEventKind.Resync, "/w"));
        var before = 0L;
        for (var i = 0; i < 1000; i++)
        {
            if (i == 200) before = GC.GetTotalMemory(forceFullCollection: true);
            _proxy.Cut();
            await ExpectAsync(watch, new StoreEvent(StoreEventKind.Resync, "/w"));
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        // Other tests run beside this one; a connection that stayed would cost some 40 KB, 800 of them 30 MB.
        Assert.True(grown < 15_000_000, $"{grown} bytes more after 800 reconnects");
        Assert.Equal(store.SessionId, (await store.GetAsync("/e"))!.EphemeralOwner);
        await _direct.CommitAsync([new StoreOperation.Set("/w", default)]);
        await ExpectAsync(watch, new StoreEvent(StoreEventKind.Changed, "/w"));
    }

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<T> items)
    {
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
        return items.Current;
    }

    private static async Task ExpectAsync<T>(IAsyncEnumerator<T> items, T expected) => Assert.Equal(expected, await NextAsync(items));

    private static Task InFlightAsync(ZooKeeperCoordinationStore store, int count) =>
        Eventually.TrueAsync(() => Task.FromResult(store.Client.InFlight >= count), $"{count} requests are in flight");

    private Task<ZooKeeperCoordinationStore> OpenAsync(string session) =>
        _harness.OpenAsync($"zookeeper://{_proxy.Address}{_harness.Chroot}?session={session}");
}
