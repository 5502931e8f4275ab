using CsCheck;
using Fan.Coordination;

namespace Fan.Conformance;

/// <summary>All of a commit or nothing of it, also among many writers.</summary>
public abstract class StoreCommitConformance : StoreConformance
{
    [Fact]
    public async Task Nothing_of_a_refused_commit_is_there()
    {
        await CommitAsync(Store, Create("/a", "old"), Create("/gone"));
        await RefusedAsync(
            Store, StoreConflict.NodeExists, 4, Create("/b"), Set("/a", "new"), Delete("/gone"), Create("/b/c"), Create("/a"));
        Assert.Equal("old", await TextAsync(Store, "/a"));
        Assert.Equal(0, (await Store.GetAsync("/a"))!.Version);
        Assert.Null(await Store.GetAsync("/b"));
        Assert.NotNull(await Store.GetAsync("/gone"));
    }

    [Fact]
    public async Task Later_operations_see_what_earlier_ones_of_the_commit_did()
    {
        var results = await CommitAsync(
            Store, Create("/a"), Create("/a/b", "1"), Set("/a/b", "2", 0), Check("/a/b", 1), Delete("/a/b", 1), Create("/a/b", "3"));
        Assert.Equal(["/a", "/a/b", "/a/b", "/a/b", "/a/b", "/a/b"], results.Select(result => result.Path));
        Assert.Equal("3", await TextAsync(Store, "/a/b"));
        Assert.Equal(0, (await Store.GetAsync("/a/b"))!.Version);
    }

    [Fact]
    public async Task Of_writers_that_checked_the_same_version_one_wins()
    {
        await CommitAsync(Store, Create("/counter", "0"));
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Harness.OpenAsync()));
        await Task.WhenAll(stores.Select(async store =>
        {
            for (var done = 0; done < 25;)
            {
                await store.SyncAsync();
                var node = (await store.GetAsync("/counter"))!;
                var value = int.Parse(System.Text.Encoding.UTF8.GetString(node.Data.Span));
                try
                {
                    await CommitAsync(store, Set("/counter", (value + 1).ToString(), node.Version));
                    done++;
                }
                catch (StoreConflictException error) when (error.Conflict == StoreConflict.BadVersion)
                {
                }
            }
        }));
        await Store.SyncAsync();
        Assert.Equal("100", await TextAsync(Store, "/counter"));
    }

    [Fact]
    public async Task No_reader_sees_half_of_a_commit()
    {
        await CommitAsync(Store, Create("/left", "0"), Create("/right", "0"));
        var writer = await Harness.OpenAsync();
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 1; i <= 200; i++) await CommitAsync(writer, Set("/left", $"{i}"), Set("/right", $"{i}"));
            await done.CancelAsync();
        });
        while (!done.IsCancellationRequested)
        {
            // Right is read after left, so it is the same commit or a later one.
            var left = int.Parse((await TextAsync(Store, "/left"))!);
            var right = int.Parse((await TextAsync(Store, "/right"))!);
            Assert.True(right >= left, $"left {left}, right {right}");
        }

        await writing;
    }

    [Fact]
    public async Task After_sync_everything_that_others_committed_before_is_read()
    {
        var writer = await Harness.OpenAsync();
        for (var i = 0; i < 50; i++)
        {
            await CommitAsync(writer, Create("/s" + i));
            await Store.SyncAsync();
            Assert.NotNull(await Store.GetAsync("/s" + i));
        }
    }

    [Fact]
    public async Task Random_commits_do_what_a_simple_model_does()
    {
        string[] paths = ["/m/a", "/m/b", "/m/a/x", "/m/a/y", "/m/b/x"];
        var operation = Gen.Select(
            Gen.Int[0, 3], Gen.Int[0, paths.Length - 1], Gen.Int[-1, 2], Gen.Int[0, 9], (kind, at, version, data) => kind switch
            {
                0 => Create(paths[at], data.ToString()),
                1 => Set(paths[at], data.ToString(), version),
                2 => Delete(paths[at], version),
                _ => Check(paths[at], version),
            });
        await CommitAsync(Store, Create("/m"));
        var model = new Dictionary<string, (string Data, int Version)>(StringComparer.Ordinal) { ["/m"] = ("", 0) };
        StoreOperation[][] commits = [];
        operation.Array[1, 6].Array[150].Sample(generated => commits = generated, iter: 1);
        foreach (var commit in commits)
        {
            var next = Apply(model, commit);
            if (next is null) await Assert.ThrowsAsync<StoreConflictException>(() => CommitAsync(Store, commit));
            else await CommitAsync(Store, commit);
            model = next ?? model;
            foreach (var known in paths)
            {
                var node = await Store.GetAsync(known);
                Assert.Equal(
                    model.TryGetValue(known, out var expected) ? expected : null,
                    node is null ? null : ((string, int)?)((await TextAsync(Store, known))!, node.Version));
            }
        }
    }

    private static Dictionary<string, (string Data, int Version)>? Apply(
        Dictionary<string, (string Data, int Version)> model, StoreOperation[] commit)
    {
        var next = new Dictionary<string, (string Data, int Version)>(model, StringComparer.Ordinal);
        foreach (var operation in commit)
        {
            var exists = next.TryGetValue(operation.Path, out var node);
            switch (operation)
            {
                case StoreOperation.Create create:
                    if (exists || !next.ContainsKey(StorePath.Parent(create.Path))) return null;
                    next[create.Path] = (System.Text.Encoding.UTF8.GetString(create.Data.Span), 0);
                    break;
                case StoreOperation.Set set:
                    if (!exists || (set.ExpectedVersion >= 0 && set.ExpectedVersion != node.Version)) return null;
                    next[set.Path] = (System.Text.Encoding.UTF8.GetString(set.Data.Span), node.Version + 1);
                    break;
                case StoreOperation.Delete delete:
                    if (!exists
                        || (delete.ExpectedVersion >= 0 && delete.ExpectedVersion != node.Version)
                        || next.Keys.Any(key => key.StartsWith(delete.Path + "/", StringComparison.Ordinal)))
                    {
                        return null;
                    }
                    next.Remove(delete.Path);
                    break;
                case StoreOperation.Check check:
                    if (!exists || (check.ExpectedVersion >= 0 && check.ExpectedVersion != node.Version)) return null;
                    break;
            }
        }

        return next;
    }
}
