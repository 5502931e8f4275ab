using Fan.Coordination;

namespace Fan.Conformance;

/// <summary>Nodes, versions, sequences, limits.</summary>
public abstract class StoreTreeConformance : StoreConformance
{
    [Fact]
    public async Task A_created_node_is_read_as_it_was_written()
    {
        var result = Assert.Single(await CommitAsync(Store, Create("/a", "één")));
        Assert.Equal(new StoreResult("/a", 0), result);
        var node = (await Store.GetAsync("/a"))!;
        Assert.Equal(("één", 0, 0L, 0), (await TextAsync(Store, "/a"), node.Version, node.EphemeralOwner, node.ChildCount));
        Assert.Equal(node.CreatedTransaction, node.ModifiedTransaction);
        Assert.Null(await Store.GetAsync("/b"));
        Assert.Null(await Store.GetChildrenAsync("/b"));
    }

    [Fact]
    public async Task Every_set_grows_the_version_and_the_transaction()
    {
        await CommitAsync(Store, Create("/a"));
        var before = (await Store.GetAsync("/a"))!;
        Assert.Equal(1, (await CommitAsync(Store, Set("/a", "1")))[0].Version);
        Assert.Equal(2, (await CommitAsync(Store, Set("/a", "2", 1)))[0].Version);
        var after = (await Store.GetAsync("/a"))!;
        Assert.Equal((2, before.CreatedTransaction), (after.Version, after.CreatedTransaction));
        Assert.True(after.ModifiedTransaction > before.ModifiedTransaction);
        Assert.Equal("2", await TextAsync(Store, "/a"));
    }

    [Fact]
    public async Task Data_may_be_empty_and_as_large_as_the_limit()
    {
        var large = new byte[StoreLimits.MaxDataBytes];
        Random.Shared.NextBytes(large);
        await CommitAsync(Store, new StoreOperation.Create("/large", large), Create("/empty"));
        Assert.True((await Store.GetAsync("/large"))!.Data.Span.SequenceEqual(large));
        Assert.Equal(0, (await Store.GetAsync("/empty"))!.Data.Length);
        await Assert.ThrowsAsync<ArgumentException>(
            () => CommitAsync(Store, new StoreOperation.Create("/larger", new byte[StoreLimits.MaxDataBytes + 1])));
    }

    [Fact]
    public async Task What_was_written_is_not_what_the_writer_changes_afterwards()
    {
        var data = Bytes("before");
        await CommitAsync(Store, new StoreOperation.Create("/a", data));
        data[0] = (byte)'x';
        Assert.Equal("before", await TextAsync(Store, "/a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("/a/")]
    [InlineData("//a")]
    [InlineData("/a/../b")]
    [InlineData("/a/./b")]
    [InlineData("/a\u0000b")]
    public async Task A_path_that_breaks_the_rules_is_refused_everywhere(string path)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => CommitAsync(Store, Create(path)));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetAsync(path));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.GetChildrenAsync(path));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () =>
        {
            await foreach (var _ in Store.WatchAsync(path)) break;
        });
    }

    [Fact]
    public async Task A_commit_has_a_bounded_number_of_operations()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => CommitAsync(Store));
        await Assert.ThrowsAsync<ArgumentException>(
            () => CommitAsync(Store, [.. Enumerable.Range(0, StoreLimits.MaxOperations + 1).Select(i => Create("/n" + i))]));
        await CommitAsync(Store, [.. Enumerable.Range(0, StoreLimits.MaxOperations).Select(i => Create("/n" + i))]);
    }

    [Fact]
    public async Task Children_are_named_in_ordinal_order_and_counted()
    {
        await CommitAsync(Store, Create("/p"), Create("/p/b"), Create("/p/B"), Create("/p/a"), Create("/p/a/deep"), Create("/pp"));
        Assert.Equal(["B", "a", "b"], await Store.GetChildrenAsync("/p"));
        Assert.Equal(3, (await Store.GetAsync("/p"))!.ChildCount);
        Assert.Empty((await Store.GetChildrenAsync("/pp"))!);
        Assert.Contains("p", (await Store.GetChildrenAsync("/"))!);
    }

    [Fact]
    public async Task Names_that_differ_in_case_or_hold_wildcards_are_different_nodes()
    {
        await CommitAsync(Store, Create("/a_b", "1"), Create("/aXb", "2"), Create("/A_B", "3"), Create("/a%b", "4"), Create("/a_b/c"));
        await RefusedAsync(Store, StoreConflict.NotEmpty, 0, Delete("/a_b"));
        await CommitAsync(Store, Delete("/aXb"));
        Assert.Equal("3", await TextAsync(Store, "/A_B"));
    }

    [Fact]
    public async Task Refusals_say_which_operation_and_why()
    {
        await CommitAsync(Store, Create("/a"), Create("/a/b"), Create("/e", kind: NodeKind.Ephemeral));
        await RefusedAsync(Store, StoreConflict.NodeExists, 0, Create("/a"));
        await RefusedAsync(Store, StoreConflict.NoNode, 0, Create("/x/y"));
        await RefusedAsync(Store, StoreConflict.NoNode, 1, Check("/a"), Set("/x", ""));
        await RefusedAsync(Store, StoreConflict.NoNode, 0, Delete("/x"));
        await RefusedAsync(Store, StoreConflict.NoNode, 0, Check("/x"));
        await RefusedAsync(Store, StoreConflict.BadVersion, 0, Set("/a", "", 5));
        await RefusedAsync(Store, StoreConflict.BadVersion, 0, Delete("/a/b", 5));
        await RefusedAsync(Store, StoreConflict.BadVersion, 0, Check("/a", 1));
        await RefusedAsync(Store, StoreConflict.NotEmpty, 0, Delete("/a"));
        await RefusedAsync(Store, StoreConflict.EphemeralParent, 0, Create("/e/child"));
    }

    [Fact]
    public async Task Sequences_grow_below_one_parent_and_are_not_used_again()
    {
        await CommitAsync(Store, Create("/q"));
        var first = (await CommitAsync(Store, Create("/q/n_", kind: NodeKind.PersistentSequential)))[0].Path;
        Assert.Matches("^/q/n_[0-9]{10}$", first);
        var second = (await CommitAsync(Store, Create("/q/other_", kind: NodeKind.EphemeralSequential)))[0].Path;
        Assert.True(string.CompareOrdinal(first[^10..], second[^10..]) < 0);
        await CommitAsync(Store, Delete(second));
        var third = (await CommitAsync(Store, Create("/q/n_", kind: NodeKind.PersistentSequential)))[0].Path;
        Assert.True(string.CompareOrdinal(second[^10..], third[^10..]) < 0);
    }

    [Fact]
    public async Task Many_sessions_that_ask_for_numbers_at_once_get_different_ones()
    {
        await CommitAsync(Store, Create("/q"));
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Harness.OpenAsync()));
        var paths = await Task.WhenAll(stores.SelectMany(store => Enumerable.Range(0, 25)
            .Select(async _ => (await CommitAsync(store, Create("/q/n_", kind: NodeKind.PersistentSequential)))[0].Path)));
        await Store.SyncAsync();
        Assert.Equal(100, paths.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(paths.Order(StringComparer.Ordinal).Select(StorePath.Name), await Store.GetChildrenAsync("/q"));
    }

    [Fact]
    public async Task A_container_goes_with_its_last_child_and_takes_empty_ones_above_it_along()
    {
        await CommitAsync(Store, Create("/top"), Create("/top/a", kind: NodeKind.Container), Create("/top/a/b", kind: NodeKind.Container));
        Assert.NotNull(await Store.GetAsync("/top/a/b"));
        await CommitAsync(Store, Create("/top/a/b/x", kind: NodeKind.Ephemeral), Create("/top/a/b/y"));
        await CommitAsync(Store, Delete("/top/a/b/x"));
        Assert.NotNull(await Store.GetAsync("/top/a/b"));
        await CommitAsync(Store, Delete("/top/a/b/y"));
        await Eventually.TrueAsync(async () => await Store.GetAsync("/top/a") is null, "the containers are collected");
        Assert.NotNull(await Store.GetAsync("/top"));
    }

    [Fact]
    public async Task A_tree_of_ten_thousand_nodes_is_written_and_read()
    {
        await CommitAsync(Store, Create("/big"));
        for (var block = 0; block < 10; block++)
            await CommitAsync(Store, [.. Enumerable.Range(0, 1000).Select(i => Create($"/big/{block}_{i:D4}", "x"))]);
        Assert.Equal(10_000, (await Store.GetChildrenAsync("/big"))!.Count);
        Assert.Equal(10_000, (await Store.GetAsync("/big"))!.ChildCount);
        Assert.Equal("x", await TextAsync(Store, "/big/7_0999"));
    }

    [Fact]
    public async Task A_cancelled_request_is_cancelled_and_a_disposed_store_says_so()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync("/", cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.CommitAsync([Create("/never")], cancelled.Token));
        var other = await Harness.OpenAsync();
        await other.DisposeAsync();
        await other.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await other.GetAsync("/"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CommitAsync(other, Create("/never")));
        Assert.Equal(SessionState.Closed, other.State);
    }
}
