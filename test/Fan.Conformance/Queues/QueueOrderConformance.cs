using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>Order by key.</summary>
public abstract class QueueOrderConformance : QueueConformance
{
    [Fact]
    public async Task Messages_of_one_key_are_handled_one_at_a_time_in_order_over_all_consumers()
    {
        await DeclareAsync("main");
        var running = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var overlaps = 0;
        var received = new Received(async (delivery, _) =>
        {
            if (running.AddOrUpdate(delivery.Message.Key!, 1, (_, n) => n + 1) > 1) Interlocked.Increment(ref overlaps);
            await Task.Yield();
            running.AddOrUpdate(delivery.Message.Key!, 0, (_, n) => n - 1);
            return QueueSettlement.Done;
        });
        var other = await Harness.OpenAsync();
        await ConsumeAsync(received, concurrency: 4, prefetch: 8);
        await ConsumeAsync(received.HandleAsync, concurrency: 4, prefetch: 8, transport: other);
        for (var i = 0; i < 20; i++)
        {
            foreach (var key in (string[])["a", "b", "c", "d", "e"]) await Transport.SendAsync(Message($"{key}:{i}", key), Token);
        }

        await received.AreAsync(100);
        await EmptyAsync();
        Assert.Equal(0, overlaps);
        foreach (var key in received.Texts.GroupBy(text => text[0]))
        {
            Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{key.Key}:{i}"), key);
        }
    }

    [Fact]
    public async Task A_message_that_waits_for_its_retry_holds_back_its_key()
    {
        await DeclareAsync("main");
        var received = new Received((delivery, _) =>
            new(TextOf(delivery.Message) == "a:0" && delivery.Attempt < 3
                ? QueueSettlement.Retry(TimeSpan.FromMilliseconds(200))
                : QueueSettlement.Done));
        await ConsumeAsync(received, concurrency: 4, prefetch: 8);
        for (var i = 0; i < 3; i++) await Transport.SendAsync(Message("a:" + i, "a"), Token);
        await received.AreAsync(5);
        Assert.Equal(["a:0", "a:0", "a:0", "a:1", "a:2"], received.Texts);
        await EmptyAsync();
    }

    [Fact]
    public async Task A_dead_message_lets_its_key_go_on()
    {
        await DeclareAsync("main");
        var received = new Received((delivery, _) => new(
            TextOf(delivery.Message) == "a:0" ? QueueSettlement.Dead(DeadLetterReasons.Rejected) : QueueSettlement.Done));
        await ConsumeAsync(received, concurrency: 4, prefetch: 8);
        for (var i = 0; i < 3; i++) await Transport.SendAsync(Message("a:" + i, "a"), Token);
        await received.AreAsync(3);
        Assert.Equal(["a:0", "a:1", "a:2"], received.Texts);
        await DeadAsync(1);
    }
}
