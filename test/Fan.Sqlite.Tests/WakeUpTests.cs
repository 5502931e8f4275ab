using Fan.Conformance;
using Fan.Coordination;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Sqlite.Tests;

/// <summary>What wakes a session when another one commits.</summary>
public sealed class WakeUpTests
{
    [Fact]
    public async Task Every_commit_of_another_session_is_seen_without_the_regular_look_at_the_file()
    {
        await using var harness = new SqliteHarness();
        // Clocks that stand still: nobody looks, or renews, by itself.
        await using var writer = new SqliteCoordinationStore(SqliteStoreUrl.Parse(harness.Url), new FakeTimeProvider());
        await writer.OpenAsync();
        await writer.CommitAsync([new StoreOperation.Create("/a")]);
        await using var reader = new SqliteCoordinationStore(SqliteStoreUrl.Parse(harness.Url), new FakeTimeProvider());
        await reader.OpenAsync();
        await using var watch = reader.WatchAsync("/a").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        for (var i = 0; i < 500; i++)
        {
            var next = watch.MoveNextAsync().AsTask();
            await writer.CommitAsync([new StoreOperation.Set("/a", default)]);
            Assert.True(await next.WaitAsync(Eventually.Deadline));
        }
    }
}
