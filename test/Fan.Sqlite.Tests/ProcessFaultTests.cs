using System.Text;
using Fan.Conformance;
using Fan.Coordination;

namespace Fan.Sqlite.Tests;

/// <summary>Several processes over one file, some of which die or stop.</summary>
public sealed class ProcessFaultTests : IAsyncLifetime
{
    // Short enough to wait for its end, long enough for a machine under load.
    private readonly SqliteHarness _harness = new("3s");
    private ICoordinationStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await _harness.OpenAsync();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task What_a_killed_process_was_acknowledged_is_there_and_nothing_is_there_by_half()
    {
        for (var round = 0; round < 3; round++)
        {
            using var one = StartWorker("commit", _harness.Url, $"one{round}");
            using var two = StartWorker("commit", _harness.Url, $"two{round}");
            await two.WaitForAsync("ready");
            await one.WaitForAsync("50");
            one.Kill();
            var acknowledged = int.Parse((await one.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Append("50")
                .OrderByDescending(int.Parse).First());
            var left = int.Parse(await TextAsync($"/one{round}_left"));
            Assert.Equal(left, int.Parse(await TextAsync($"/one{round}_right")));
            // One more than was told may be there: the process died between the commit and its line.
            Assert.InRange(left, acknowledged, acknowledged + 1);
            await two.WaitForAsync("100");
        }
    }

    [Fact]
    public async Task The_nodes_of_a_killed_process_go_and_watchers_see_it()
    {
        using var holder = StartWorker("hold", _harness.Url, "held");
        await holder.WaitForAsync("ready");
        await using var watch = _store.WatchAsync("/held").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        holder.Kill();
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
        Assert.Equal(new StoreEvent(StoreEventKind.Deleted, "/held"), watch.Current);
    }

    [Fact]
    public async Task A_process_that_was_paused_past_its_session_loses_it_and_says_so_when_it_wakes()
    {
        using var holder = StartWorker("hold", _harness.Url, "held");
        await holder.WaitForAsync("ready");
        await PauseOutsideOfWritingAsync(holder);
        await Eventually.TrueAsync(async () => await _store.GetAsync("/held") is null, "the paused process's node is gone");
        holder.Resume();
        await holder.WaitForAsync(nameof(SessionState.Expired));
        await holder.WaitForAsync(nameof(SessionState.Connected));
    }

    [Fact]
    public async Task Several_processes_that_count_together_lose_no_step()
    {
        await _store.CommitAsync([new StoreOperation.Create("/sum", "0"u8.ToArray())]);
        using var one = StartWorker("count", _harness.Url, "sum");
        using var two = StartWorker("count", _harness.Url, "sum");
        await one.WaitForAsync("done");
        await two.WaitForAsync("done");
        Assert.Equal("400", await TextAsync("/sum"));
    }

    [Fact]
    public async Task A_live_process_keeps_its_session_for_many_leases()
    {
        using var holder = StartWorker("hold", _harness.Url, "held");
        await holder.WaitForAsync("ready");
        var created = (await _store.GetAsync("/held"))!.CreatedTransaction;
        // Others come and go meanwhile.
        for (var i = 0; i < 6; i++)
        {
            using var other = StartWorker("hold", _harness.Url, "other" + i);
            await other.WaitForAsync("ready");
            other.Kill();
            await Eventually.TrueAsync(async () => await _store.GetAsync("/other" + i) is null, "the other's node is gone");
        }

        Assert.Equal(created, (await _store.GetAsync("/held"))!.CreatedTransaction);
    }

    // A process that is stopped in the middle of writing keeps the file's lock, as with any database in a file: nobody can write until it
    // goes on.
    private async Task PauseOutsideOfWritingAsync(ChildProcess process)
    {
        await _store.CommitAsync([new StoreOperation.Create("/probe")]);
        while (true)
        {
            process.Pause();
            try
            {
                await _store.CommitAsync([new StoreOperation.Set("/probe", default)]);
                return;
            }
            catch (StoreUnavailableException)
            {
                process.Resume();
            }
        }
    }

    private static ChildProcess StartWorker(string verb, string url, string name) =>
        ChildProcess.Start("Fan.Sqlite.Worker", verb, url, name);

    private async Task<string> TextAsync(string path) => Encoding.UTF8.GetString((await _store.GetAsync(path))!.Data.Span);
}
