using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>What becomes of messages that are not handled at once.</summary>
public abstract class QueueRetryConformance : QueueConformance
{
    [Fact]
    public async Task A_failed_message_comes_again_after_its_delay_with_the_next_attempt()
    {
        await DeclareAsync("main");
        var times = new List<long>();
        var received = new Received((delivery, _) =>
        {
            lock (times) times.Add(TimeProvider.System.GetTimestamp());
            return new(delivery.Attempt < 3 ? QueueSettlement.Retry(TimeSpan.FromMilliseconds(300), "not yet") : QueueSettlement.Done);
        });
        await ConsumeAsync(received);
        await SendAsync("a");
        await received.AreAsync(3);
        Assert.Equal([("a", 1), ("a", 2), ("a", 3)], received.Attempts);
        Assert.All(
            times.Zip(times.Skip(1)),
            pair => Assert.True(TimeProvider.System.GetElapsedTime(pair.First, pair.Second) >= TimeSpan.FromMilliseconds(290)));
        await EmptyAsync();
    }

    [Fact]
    public async Task Others_go_on_while_one_waits_for_its_retry()
    {
        await DeclareAsync("main");
        var received = new Received((delivery, _) => new(
            TextOf(delivery.Message) == "bad" ? QueueSettlement.Retry(TimeSpan.FromMinutes(5)) : QueueSettlement.Done));
        await ConsumeAsync(received);
        await SendAsync("bad", "a", "b");
        await received.AreAsync(3);
        Assert.Equal(["bad", "a", "b"], received.Texts);
    }

    [Fact]
    public async Task A_dead_message_is_kept_with_its_reason_and_its_history()
    {
        await DeclareAsync("main");
        var before = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        var received = new Received((delivery, _) => new(delivery.Attempt == 1
            ? QueueSettlement.Retry(TimeSpan.Zero, "first")
            : QueueSettlement.Dead(DeadLetterReasons.AttemptsExhausted, "no luck: ž", "Some.Exception")));
        await ConsumeAsync(received);
        var sent = Message("a", key: "k");
        await Transport.SendAsync(sent, Token);
        var letter = Assert.Single(await DeadAsync(1));
        Assert.Equal(
            (DeadLetterReasons.AttemptsExhausted, "no luck: ž", "Some.Exception", 2, "a", sent.Id, "restock", "k"),
            (
                letter.Reason,
                letter.Detail,
                letter.ExceptionType,
                letter.Attempts,
                TextOf(letter.Message),
                letter.Message.Id,
                letter.Message.Method,
                letter.Message.Key));
        Assert.Equal("tests", letter.Message.Headers.Caller);
        Assert.InRange(letter.EnqueuedAt, before, before.AddMinutes(10));
        Assert.InRange(letter.DiedAt, before, before.AddMinutes(10));
        Assert.True((await StatusAsync())!.Dead is null or 1);
    }

    [Fact]
    public async Task Text_that_a_server_can_not_store_is_replaced_and_holds_up_nobody()
    {
        const string Bad = "half \ud83d, zero \0";
        const string Replaced = "half \ufffd, zero \ufffd";
        await DeclareAsync("main");
        var received = new Received((delivery, _) => new(TextOf(delivery.Message) switch
        {
            "dead" => QueueSettlement.Dead(Bad, Bad, Bad),
            "retried" when delivery.Attempt == 1 => QueueSettlement.Retry(TimeSpan.Zero, Bad, Bad),
            "thrown" when delivery.Attempt == 1 => throw new InvalidOperationException(Bad),
            _ => QueueSettlement.Done,
        }));
        await ConsumeAsync(received);
        var dead = Message("dead", key: "k\ud83d");
        dead.Headers.ShardKeys = "k=\ud83d";
        await Transport.SendAsync(dead, Token);
        await SendAsync("retried", "thrown", "last");
        await received.AreAsync(6);
        await EmptyAsync();
        var letter = Assert.Single(await DeadAsync(1));
        Assert.Equal(
            (Replaced, Replaced, Replaced, "k\ufffd", "k=\ufffd"),
            (letter.Reason, letter.Detail, letter.ExceptionType, letter.Message.Key, letter.Message.Headers.ShardKeys));
    }

    [Fact]
    public async Task What_outlives_its_time_is_dead()
    {
        await DeclareAsync("main");
        await Transport.SendAsync(Message("short", ttl: TimeSpan.FromMilliseconds(100)), Token);
        await Transport.SendAsync(Message("long", ttl: TimeSpan.FromMinutes(5)), Token);
        var letter = Assert.Single(await DeadAsync(1));
        Assert.Equal((DeadLetterReasons.Expired, "short", 0), (letter.Reason, TextOf(letter.Message), letter.Attempts));
        var received = new Received();
        await ConsumeAsync(received);
        await received.AreAsync(1);
        Assert.Equal(["long"], received.Texts);
    }

    [Fact]
    public async Task The_queue_s_own_time_holds_for_messages_that_have_none_or_a_longer_one()
    {
        Policy = Policy with { TimeToLive = TimeSpan.FromMilliseconds(200) };
        await DeclareAsync("main");
        await Transport.SendAsync(Message("none"), Token);
        await Transport.SendAsync(Message("longer", ttl: TimeSpan.FromHours(1)), Token);
        Assert.All(await DeadAsync(2), letter => Assert.Equal(DeadLetterReasons.Expired, letter.Reason));
    }

    [Fact]
    public async Task A_message_that_waits_for_its_retry_may_outlive_its_time()
    {
        await DeclareAsync("main");
        var received = new Received((_, _) => new(QueueSettlement.Retry(TimeSpan.FromMinutes(10), "busy")));
        await ConsumeAsync(received);
        await Transport.SendAsync(Message("a", ttl: TimeSpan.FromSeconds(1)), Token);
        var letter = Assert.Single(await DeadAsync(1));
        Assert.Equal((DeadLetterReasons.Expired, 1), (letter.Reason, letter.Attempts));
    }

    [Fact]
    public async Task A_message_is_not_delivered_before_its_time()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        var start = TimeProvider.System.GetTimestamp();
        await Transport.SendAsync(Message("later", delay: TimeSpan.FromMilliseconds(700)), Token);
        await Transport.SendAsync(Message("now"), Token);
        await received.AreAsync(2);
        Assert.Equal(["now", "later"], received.Texts);
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(690));
        await EmptyAsync();
    }

    [Fact]
    public async Task A_message_that_comes_twice_is_handled_once_where_ids_are_remembered()
    {
        Policy = Policy with { RememberFor = TimeSpan.FromMinutes(5) };
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received, concurrency: 2);
        var id = NextId();
        await Transport.SendAsync(Message("a", id: id), Token);
        await Transport.SendAsync(Message("a", id: id), Token);
        await received.AreAsync(1);
        await EmptyAsync();
        await Transport.SendAsync(Message("a", id: id), Token);
        await SendAsync("b");
        await received.AreAsync(2);
        await EmptyAsync();
        Assert.Equal(["a", "b"], received.Texts);
    }

    [Fact]
    public async Task An_id_is_remembered_by_the_group_that_handled_it_and_not_of_a_failed_attempt()
    {
        Policy = Policy with { RememberFor = TimeSpan.FromMinutes(5) };
        await DeclareAsync("main", "audit");
        var received = new Received(
            (delivery, _) => new(delivery.Attempt == 1 ? QueueSettlement.Retry(TimeSpan.Zero) : QueueSettlement.Done));
        var audit = new Received();
        await ConsumeAsync(received);
        await SendAsync("a");
        await received.AreAsync(2);
        await ConsumeAsync(audit, "audit");
        await audit.AreAsync(1);
    }
}
