namespace Fan.Conformance.Transports;

/// <summary>Sequences: item by item, as fast as they are read.</summary>
public abstract class TransportStreamConformance : TransportConformance
{
    [Fact]
    public async Task An_item_arrives_before_the_next_one_is_made()
    {
        var items = Remote.DripAsync().GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await using var ending = items;
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(1, items.Current);
        Cellar.Release.TrySetResult();
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(2, items.Current);
        Assert.False(await items.MoveNextAsync());
    }

    [Fact]
    public async Task A_slow_reader_holds_the_service_back()
    {
        const int Count = 2000, Size = 100_000;
        // So often in a row that it is no pause between two blocks.
        const int LooksUnchanged = 20;
        var read = 0;
        await foreach (var block in Remote.BlocksAsync(Count, Size))
        {
            if (read++ > 0) continue;
            // The service stands still when all that lies between is full.
            var (before, unchanged) = (0, 0);
            await Eventually.TrueAsync(
                () =>
                {
                    var now = Cellar.Produced;
                    unchanged = now > 0 && now == before ? unchanged + 1 : 0;
                    before = now;
                    return Task.FromResult(unchanged == LooksUnchanged);
                },
                "the service stands still");
            Assert.InRange((long)Cellar.Produced * Size, 1, 64L * 1024 * 1024);
            Assert.Equal(Size, block.Length);
        }

        Assert.Equal(Count, read);
    }

    [Fact]
    public async Task A_long_sequence_arrives_whole_and_in_order()
    {
        var expected = 0;
        await foreach (var item in Remote.CountAsync(20_000)) Assert.Equal(++expected, item);
        Assert.Equal(20_000, expected);
    }

    [Fact]
    public async Task Calls_go_on_beside_a_sequence()
    {
        await foreach (var item in Remote.CountAsync(20)) Assert.Equal(item + 1, Remote.Add(item, 1));
    }
}
