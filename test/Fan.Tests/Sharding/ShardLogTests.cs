using Fan.Conformance;
using Fan.Coordination;
using Fan.Tests.Applications;

namespace Fan.Tests.Sharding;

public sealed class ShardLogTests
{
    [Fact]
    public async Task What_a_worker_owns_is_one_line_for_a_start_and_one_for_a_change()
    {
        var (tree, network) = (new MemoryTree(), new LoopNetwork());
        using var log = new WrittenText();
        Action<FanBuilder> counters = fan => fan.AddService<ICounter>(_ => new Counter()).Shard<ICounter>(16);
        await using var first = await TestHost.StartAsync(tree, network, "one", counters, log);
        await Applications.Eventually.TrueAsync(() => Lines(log).Any(), "it is told");
        Assert.Equal("Owns 16 of the 16 shards of stock.counter: 0-15", Assert.Single(Lines(log)));
        await using (await TestHost.StartAsync(tree, network, "two", counters))
        {
            // Each lock that it gives up may be seen by itself.
            await Applications.Eventually.TrueAsync(
                () => Lines(log).Last() != "Owns 16 of the 16 shards of stock.counter: 0-15", "it gave some up");
        }

        await Applications.Eventually.TrueAsync(
            () => Lines(log).Last() == "Owns 16 of the 16 shards of stock.counter: 0-15", "it has them again");
    }

    private sealed class Counter : ICounter
    {
        public ValueTask<string> CountAsync(CancellationToken ct = default) => new("");

        public IAsyncEnumerable<string> FollowAsync(CancellationToken ct = default) => AsyncEnumerable.Empty<string>();
    }

    private static IEnumerable<string> Lines(WrittenText log) =>
        log.All.Where(line => line.StartsWith("Owns ", StringComparison.Ordinal)).Select(line => line.TrimEnd());
}
