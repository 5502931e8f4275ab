using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Queues;
using Fan.Redis.Tests.Servers;
using StackExchange.Redis;

namespace Fan.Redis.Tests.Queues;

/// <summary>Keys that others write or delete, and a server that refuses what is about one message.</summary>
public sealed class StrangeServerTests(RedisServers servers) : QueueConformance
{
    private RedisQueueHarness _harness = null!;
    private ConnectionMultiplexer _connection = null!;

    private IDatabase Keys => _connection.GetDatabase();

    private string Stream => $"fan:{{{Service}}}:main:1:ready";

    protected override async Task<IQueueHarness> CreateHarnessAsync()
    {
        var server = await servers.SharedAsync();
        _connection = await server.ConnectAsync();
        return _harness = new RedisQueueHarness(server);
    }

    private Task<bool> SaidAsync(string text) =>
        Task.FromResult(_harness.Log.All.Any(
            line => line.Contains(text, StringComparison.Ordinal) && line.Contains(Service, StringComparison.Ordinal)));

    [Fact]
    public async Task Entries_of_others_neither_stay_nor_are_counted_below_zero()
    {
        await DeclareAsync("main");
        await SendAsync("a");
        for (var i = 0; i < 3; i++) await Keys.StreamAddAsync(Stream, "theirs", "x" + i);
        // One that names a message of ours.
        await Keys.StreamAddAsync(Stream, "n", (await Keys.SortedSetRangeByRankAsync($"fan:{{{Service}}}:main:1:all"))[0]);
        await Keys.StringSetAsync($"fan:{{{Service}}}:main:1:m:text", "no hash");
        await Keys.StreamAddAsync(Stream, "n", "text");
        var status = (await StatusAsync())!;
        Assert.Equal((1, 0, 0), (status.Waiting, status.Scheduled, status.InFlight));
        var received = new Received();
        await ConsumeAsync(received);
        await received.AreAsync(1);
        await Eventually.TrueAsync(async () => await Keys.StreamLengthAsync(Stream) == 0, "the stream is empty");
        await Eventually.TrueAsync(
            async () => (await Keys.StreamPendingAsync(Stream, "fan")).PendingMessageCount == 0, "nothing is pending");
        await EmptyAsync();
        Assert.Equal(["a"], received.Texts);
        await SendAsync("b");
        await received.AreAsync(2);
        Assert.Null(Transport.Trouble);
    }

    [Fact]
    public async Task A_message_whose_end_the_server_refuses_is_told_and_the_others_go_on()
    {
        await DeclareAsync("main");
        var dead = $"fan:{{{Service}}}:main:1:dead";
        await Keys.StringSetAsync(dead, "no stream");
        var received = new Received(
            (delivery, _) => new(TextOf(delivery.Message) == "bad" ? QueueSettlement.Dead("bad") : QueueSettlement.Done));
        await ConsumeAsync(received);
        await SendAsync("bad", "a", "bad", "b");
        await received.AreAsync(4);
        await Eventually.TrueAsync(() => SaidAsync("refuses what became"), "it is told");
        await Keys.KeyDeleteAsync(dead);
        await DeadAsync(2);
        await EmptyAsync();
        Assert.Equal(4, received.Count);
    }

    [Fact]
    public async Task A_stream_that_was_deleted_comes_again_with_what_was_in_it()
    {
        await DeclareAsync("main");
        var received = new Received();
        await SendAsync("a", "b");
        await Keys.KeyDeleteAsync(Stream);
        await ConsumeAsync(received);
        await received.AreAsync(2);
        await Keys.KeyDeleteAsync(Stream);
        await Transport.SendAsync(Message("c"), Token);
        await received.AreAsync(3);
        Assert.Equal(["a", "b", "c"], received.Texts);
    }

    [Fact]
    public async Task A_stream_that_was_deleted_and_filled_again_before_a_consumer_saw_it_comes_again_with_what_was_in_it()
    {
        await DeclareAsync("main");
        await SendAsync("a", "b");
        await Transport.SendAsync(Message("c", key: "k"), Token);
        await Keys.KeyDeleteAsync(Stream);
        await SendAsync("d");
        var received = new Received();
        await ConsumeAsync(received);
        await received.AreAsync(4);
        await EmptyAsync();
        Assert.Equal(["a", "b", "c", "d"], received.Texts.Order());
        Assert.All(received.Attempts, seen => Assert.Equal(1, seen.Attempt));
    }

    [Fact]
    public async Task What_waits_in_a_queue_whose_record_was_removed_is_handled()
    {
        await DeclareAsync("main");
        var held = new TaskCompletionSource();
        var received = new Received(async (_, _) =>
        {
            await held.Task;
            return QueueSettlement.Done;
        });
        await ConsumeAsync(received);
        await SendAsync("a", "b");
        await Transport.SendAsync(Message("c", delay: TimeSpan.FromMilliseconds(50)), Token);
        await received.AreAsync(1);
        await Keys.KeyDeleteAsync($"fan:{{{Service}}}:queues");
        held.SetResult();
        await Eventually.TrueAsync(() => Task.FromResult(received.Texts.Distinct().Count() == 3), "all three are handled");
        await EmptyAsync();
    }

    [Fact]
    public async Task A_counter_that_was_removed_gives_no_message_the_place_of_another()
    {
        await DeclareAsync("main");
        await SendAsync("a", "b");
        // As deep as it must be to meet the place of the first one again.
        await Keys.StringSetAsync($"fan:{{{Service}}}:last", 1);
        await SendAsync("c", "d");
        var received = new Received();
        await ConsumeAsync(received);
        await received.AreAsync(4);
        await EmptyAsync();
        Assert.Equal(["a", "b", "c", "d"], received.Texts.Order());
    }

    [Fact]
    public async Task A_queue_whose_record_was_removed_is_declared_again_and_told()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        await SendAsync("a");
        await received.AreAsync(1);
        await Keys.KeyDeleteAsync($"fan:{{{Service}}}:queues");
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await SendAsync("b");
                    return true;
                }
                catch (NoSuchServiceException)
                {
                    return false;
                }
            },
            "a push is accepted again");
        await received.AreAsync(2);
        Assert.True(await SaidAsync("declared again"));
    }
}
