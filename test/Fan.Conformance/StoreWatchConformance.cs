using Fan.Coordination;

namespace Fan.Conformance;

/// <summary>Watches miss nothing.</summary>
public abstract class StoreWatchConformance : StoreConformance
{
    [Fact]
    public async Task A_watch_begins_with_a_resync_and_sees_what_happens_at_and_below_its_path()
    {
        var writer = await Harness.OpenAsync();
        await using var watch = await Watch.StartAsync(Store, "/a");
        await CommitAsync(writer, Create("/ab"), Create("/a"), Create("/a/b"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Created, "/a"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Created, "/a/b"));
        await CommitAsync(writer, Set("/a/b", "x"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Changed, "/a/b"));
        await CommitAsync(writer, Delete("/a/b"), Delete("/a"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Deleted, "/a/b"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Deleted, "/a"));
    }

    [Fact]
    public async Task Ones_own_changes_are_seen_too()
    {
        await using var watch = await Watch.StartAsync(Store, "/");
        await CommitAsync(Store, Create("/own"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Created, "/own"));
    }

    [Fact]
    public async Task What_a_closed_session_leaves_behind_is_seen_as_deleted()
    {
        var other = await Harness.OpenAsync();
        await CommitAsync(other, Create("/c", kind: NodeKind.Container), Create("/c/e", kind: NodeKind.Ephemeral));
        // Else the creation may reach a server that lags behind only after the watch.
        await Store.SyncAsync();
        await using var watch = await Watch.StartAsync(Store, "/c");
        await other.DisposeAsync();
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Deleted, "/c/e"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Deleted, "/c"));
    }

    [Fact]
    public async Task A_refused_commit_is_not_seen()
    {
        await CommitAsync(Store, Create("/a"));
        await using var watch = await Watch.StartAsync(Store, "/");
        await RefusedAsync(Store, StoreConflict.NodeExists, 1, Create("/b"), Create("/a"));
        await CommitAsync(Store, Create("/c"));
        await watch.ExpectAsync(new StoreEvent(StoreEventKind.Created, "/c"));
    }

    [Fact]
    public async Task A_reader_that_follows_ends_with_the_same_tree_as_the_writers()
    {
        await CommitAsync(Store, Create("/t"));
        var writers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Harness.OpenAsync()));
        var mirror = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var watch = await Watch.StartAsync(Store, "/t", consumeFirst: false);
        await Task.WhenAll(writers.Select((writer, number) => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                await CommitAsync(writer, Create($"/t/{number}_{i}"));
                await CommitAsync(writer, Set($"/t/{number}_{i}", "x"));
                if (i % 3 == 0) await CommitAsync(writer, Delete($"/t/{number}_{i}"));
            }
        })));
        await CommitAsync(Store, Create("/t/end"));
        while (!mirror.ContainsKey("/t/end"))
        {
            var change = await watch.NextAsync();
            if (change.Kind == StoreEventKind.Resync)
            {
                mirror.Clear();
                foreach (var child in (await Store.GetChildrenAsync("/t"))!)
                {
                    if (await Store.GetAsync("/t/" + child) is { } found) mirror["/t/" + child] = found.Version;
                }
            }
            else if (await Store.GetAsync(change.Path) is { } node && change.Path != "/t")
            {
                mirror[change.Path] = node.Version;
            }
            else
            {
                mirror.Remove(change.Path);
            }
        }

        Assert.Equal((await Store.GetChildrenAsync("/t"))!.Select(child => "/t/" + child), mirror.Keys.Order(StringComparer.Ordinal));
        Assert.All(mirror, pair => Assert.Equal(pair.Key == "/t/end" ? 0 : 1, pair.Value));
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_told_to_read_again_and_costs_bounded_memory()
    {
        await CommitAsync(Store, Create("/slow"));
        await using var watch = await Watch.StartAsync(Store, "/slow");
        for (var block = 0; block < 5; block++)
        {
            await CommitAsync(Store, [.. Enumerable.Range(0, 1000).Select(i => Create($"/slow/{block}_{i}"))]);
        }
        await CommitAsync(Store, Create("/slow/end"));
        var seen = new List<StoreEvent>();
        while (seen.Count == 0
            || (seen[^1].Path != "/slow/end" && seen[^1].Kind != StoreEventKind.Resync)
            || seen.All(change => change.Kind != StoreEventKind.Resync))
            seen.Add(await watch.NextAsync());
        Assert.True(seen.Count < 5000);
    }

    [Fact]
    public async Task A_watch_can_be_left_and_ends_when_its_store_is_disposed()
    {
        using var leave = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in Store.WatchAsync("/", leave.Token))
            {
            }
        });
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Eventually.Deadline));

        var other = await Harness.OpenAsync();
        await using var watch = await Watch.StartAsync(other, "/");
        var ending = watch.EndsAsync();
        await other.DisposeAsync();
        await ending.WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task After_an_expired_session_watches_say_resync_and_go_on()
    {
        var other = await Harness.OpenAsync();
        await using var watch = await Watch.StartAsync(other, "/w");
        await Harness.ExpireAsync(other);
        while ((await watch.NextAsync()).Kind != StoreEventKind.Resync)
        {
        }

        await CommitAsync(Store, Create("/w"));
        while (await watch.NextAsync() is var change && change != new StoreEvent(StoreEventKind.Created, "/w"))
        {
        }
    }

    private sealed class Watch(IAsyncEnumerator<StoreEvent> events) : IAsyncDisposable
    {
        public static async Task<Watch> StartAsync(ICoordinationStore store, string path, bool consumeFirst = true)
        {
            var watch = new Watch(store.WatchAsync(path).GetAsyncEnumerator());
            if (consumeFirst) await watch.ExpectAsync(new StoreEvent(StoreEventKind.Resync, path));
            return watch;
        }

        public async Task<StoreEvent> NextAsync()
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
            return events.Current;
        }

        public async Task ExpectAsync(StoreEvent expected) => Assert.Equal(expected, await NextAsync());

        public async Task EndsAsync()
        {
            while (await events.MoveNextAsync())
            {
            }
        }

        public ValueTask DisposeAsync() => events.DisposeAsync();
    }
}
