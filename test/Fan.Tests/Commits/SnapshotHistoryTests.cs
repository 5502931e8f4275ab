using System.Collections.Immutable;
using Fan.Tree;

namespace Fan.Tests.Commits;

public sealed class SnapshotHistoryTests
{
    private readonly SnapshotHistory _history = new(TimeProvider.System);

    [Fact]
    public async Task A_snapshot_that_did_not_come_yet_is_waited_for_and_asked_for()
    {
        var asked = 0;
        _history.Tell(() => { }, () => asked++, () => false);
        var finding = _history.FindAsync(2, TestContext.Current.CancellationToken).AsTask();
        Assert.False(finding.IsCompleted);
        Apply(1);
        Apply(2);
        Assert.Equal(2, (await finding).Number);
        Assert.True(asked >= 1);
    }

    [Fact]
    public async Task What_is_settled_is_forgotten_but_not_while_a_root_call_reads_it()
    {
        Apply(1);
        var one = await _history.EnterAsync(default);
        Apply(2);
        _history.Settle(2);
        Assert.NotNull(_history.TryFind(1));
        Assert.Equal(1, _history.OldestInUse);
        _history.Exit(one);
        Assert.Equal(2, _history.OldestInUse);
        _history.Settle(2);
        _history.Tell(() => { }, _history.Looked, () => false);
        await Assert.ThrowsAsync<SnapshotGoneException>(async () => await _history.FindAsync(1, default));
    }

    [Fact]
    public async Task A_number_of_a_log_that_was_restored_fails_no_call()
    {
        var isCutOff = true;
        _history.Tell(() => { }, () => { }, () => isCutOff);
        Apply(1);
        Apply(2);
        Apply(3);
        _history.Settle(3);
        // The caller has seen the restored store already, this application has not: it is cut off, and goes on with what it has.
        Assert.Equal(3, (await _history.FindAsync(2, default)).Number);
        // It can ask: what it finds counts.
        isCutOff = false;
        _history.Tell(() => { }, () => _history.Restart(TreeSnapshot.CreateEmpty().Apply(Commit(2), Never)), () => isCutOff);
        var found = await _history.FindAsync(2, default);
        Assert.Equal((2, true), (found.Number, ReferenceEquals(found, _history.Current)));
        // Now the other way round: this one has seen it, and callers are where they were, or one commit further.
        Assert.Equal(3, (await _history.FindAsync(3, default)).Number);
        _history.Tell(() => { }, _history.Looked, () => isCutOff);
        Assert.Equal(3, (await _history.FindAsync(4, default)).Number);
    }

    [Fact]
    public async Task A_store_that_goes_away_while_it_is_asked_for_a_number_keeps_no_call()
    {
        var isCutOff = false;
        _history.Tell(() => { }, () => isCutOff = true, () => isCutOff);
        Apply(1);
        Apply(2);
        _history.Settle(2);
        Assert.Equal(2, (await _history.FindAsync(1, default)).Number);
    }

    [Fact]
    public async Task The_end_of_the_last_call_of_an_older_snapshot_is_told()
    {
        var told = 0;
        _history.Tell(() => told++, () => { }, () => false);
        var first = await _history.EnterAsync(default);
        var second = await _history.EnterAsync(default);
        Apply(1);
        _history.Exit(first);
        Assert.Equal(0, told);
        _history.Exit(second);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task No_root_call_begins_on_the_old_snapshot_after_the_new_one_is_applied()
    {
        // Callers enter and leave on every processor while snapshots change; each notes what was the newest before it entered.
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var newest = _history.Current.Number;
                var entered = await _history.EnterAsync(default);
                Assert.True(entered.Number >= newest);
                _history.Exit(entered);
            }
        })).ToList();
        for (var number = 1; number <= 2000; number++)
        {
            Apply(number);
            _history.Settle(number);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Equal(2000, _history.OldestInUse);
        Assert.Equal(0, _history.Current.Roots);
    }

    [Fact]
    public async Task While_held_nothing_begins_and_then_everything_on_the_newest()
    {
        Apply(1);
        _history.Hold();
        var entering = Enumerable.Range(0, 100).Select(_ => _history.EnterAsync(TestContext.Current.CancellationToken).AsTask()).ToList();
        Assert.All(entering, task => Assert.False(task.IsCompleted));
        Assert.Equal(0, _history.Current.Roots);
        Apply(2);
        _history.Release();
        Assert.All(await Task.WhenAll(entering), snapshot => Assert.Equal(2, snapshot.Number));
    }

    [Fact]
    public void Undoing_a_commit_gives_the_tree_before_it()
    {
        var empty = TreeSnapshot.CreateEmpty();
        var one = empty.Apply(Commit(1, new TreeEdit("routes/a", null, """{"versions":{"1.0.0":100}}""")), Never);
        var two = one.Apply(
            Commit(2, new TreeEdit("routes/a", """{"versions":{"1.0.0":100}}""", null), new TreeEdit("routes/b", null, "{}")), Never);
        var back = two.Undo(
            Commit(2, new TreeEdit("routes/a", """{"versions":{"1.0.0":100}}""", null), new TreeEdit("routes/b", null, "{}")), Never);
        Assert.Equal(1, back.Number);
        Assert.Equal(one.Values.ToImmutableSortedDictionary(), back.Values.ToImmutableSortedDictionary());
        Assert.Equal(["a"], back.Routes.Keys);
    }

    [Fact]
    public void A_value_that_is_no_route_is_told_and_leaves_the_one_before()
    {
        var told = new List<string>();
        var one = TreeSnapshot.CreateEmpty().Apply(Commit(1, new TreeEdit("routes/a", null, """{"versions":{"1.0.0":100}}""")), Never);
        var two = one.Apply(Commit(2, new TreeEdit("routes/a", one.Values["routes/a"], "[]")), (path, _) => told.Add(path));
        Assert.Equal(["routes/a"], told);
        Assert.Same(one.RouteOf("a"), two.RouteOf("a"));
    }

    private static void Never(string path, string reason) => Assert.Fail($"{path}: {reason}");

    private static Commit Commit(long number, params TreeEdit[] edits) =>
        new() { Number = number, Author = "t", At = default, Edits = edits };

    private void Apply(long number) => _history.Apply(_history.Current.Apply(Commit(number), Never));
}
