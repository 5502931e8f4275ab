using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>Nothing that was accepted is lost, whoever dies.</summary>
public abstract class QueueDurabilityConformance : QueueConformance
{
    private IDurableQueueHarness Durable => (IDurableQueueHarness)Harness;

    [Fact]
    public async Task What_a_consumer_had_in_hand_when_it_died_goes_to_another_as_the_next_attempt()
    {
        await DeclareAsync("main");
        var dying = await Harness.OpenAsync();
        var held = new Received(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return QueueSettlement.Done;
        });
        await ConsumeAsync(held.HandleAsync, concurrency: 2, prefetch: 2, transport: dying);
        await SendAsync("a", "b", "c");
        await held.AreAsync(2);
        await Durable.CrashAsync(dying);
        var next = new Received();
        await ConsumeAsync(next);
        await next.AreAsync(3);
        await EmptyAsync();
        Assert.Equal([("a", 2), ("b", 2)], next.Attempts.Where(seen => seen.Text != "c").Order());
        Assert.Contains("c", next.Texts);
    }

    [Fact]
    public async Task A_message_that_kills_its_consumers_is_counted_so_that_the_core_can_end_it()
    {
        await DeclareAsync("main");
        await SendAsync("poison");
        for (var i = 1; i <= 3; i++)
        {
            var dying = await Harness.OpenAsync();
            var held = new Received(async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return QueueSettlement.Done;
            });
            await ConsumeAsync(held.HandleAsync, transport: dying);
            await held.AreAsync(1);
            Assert.Equal(i, held.Attempts[0].Attempt);
            await Durable.CrashAsync(dying);
        }

        var last = new Received((delivery, _) => new(QueueSettlement.Dead(DeadLetterReasons.AttemptsExhausted)));
        await ConsumeAsync(last);
        Assert.Equal(4, Assert.Single(await DeadAsync(1)).Attempts);
    }

    [Fact]
    public async Task A_key_goes_on_in_order_when_its_consumer_dies()
    {
        await DeclareAsync("main");
        var dying = await Harness.OpenAsync();
        var held = new Received(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return QueueSettlement.Done;
        });
        await ConsumeAsync(held.HandleAsync, concurrency: 2, prefetch: 4, transport: dying);
        for (var i = 0; i < 4; i++) await Transport.SendAsync(Message("a:" + i, "a"), Token);
        await held.AreAsync(1);
        Assert.Equal(["a:0"], held.Texts);
        await Durable.CrashAsync(dying);
        var next = new Received();
        await ConsumeAsync(next, concurrency: 2, prefetch: 4);
        await next.AreAsync(4);
        await EmptyAsync();
        Assert.Equal(["a:0", "a:1", "a:2", "a:3"], next.Texts);
    }

    [Fact]
    public async Task A_handler_that_works_longer_than_the_lease_keeps_its_message()
    {
        Policy = Policy with { LeaseTime = TimeSpan.FromSeconds(1) };
        await DeclareAsync("main");
        var release = new TaskCompletionSource();
        var working = new Received(async (_, _) =>
        {
            await release.Task;
            return QueueSettlement.Done;
        });
        await ConsumeAsync(working);
        await SendAsync("long");
        await working.AreAsync(1);
        // The lease of one that died ends, and then again of another: those who look after leases have been by, and time enough is over.
        var others = new Received();
        for (var i = 1; i <= 2; i++)
        {
            var dying = await Harness.OpenAsync();
            var held = new Received(async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return QueueSettlement.Done;
            });
            await ConsumeAsync(held.HandleAsync, transport: dying);
            await SendAsync("held" + i);
            await held.AreAsync(1);
            await Durable.CrashAsync(dying);
            var other = await ConsumeAsync(others.HandleAsync, transport: await Harness.OpenAsync());
            await others.AreAsync(i);
            await other.StopAsync(Token);
        }

        release.SetResult();
        await EmptyAsync();
        Assert.Equal([("long", 1)], working.Attempts);
        Assert.Equal([("held1", 2), ("held2", 2)], others.Attempts);
    }

    [Fact]
    public async Task What_was_accepted_survives_the_death_of_the_broker_with_its_attempts_its_schedule_and_its_dead()
    {
        await DeclareAsync("main");
        var failing = new Received((delivery, _) => new(TextOf(delivery.Message) == "dead"
            ? QueueSettlement.Dead(DeadLetterReasons.Rejected, "broken")
            : QueueSettlement.Retry(TimeSpan.FromSeconds(3))));
        var consumer = await ConsumeAsync(failing);
        await SendAsync("dead", "retried");
        await failing.AreAsync(2);
        await DeadAsync(1);
        await consumer.StopAsync(Token);
        await SendAsync("waiting");
        await Transport.SendAsync(Message("scheduled", delay: TimeSpan.FromSeconds(3)), Token);
        await Transport.SendAsync(Message("keyed", key: "k"), Token);
        await Durable.RestartAsync();

        var received = new Received();
        var fresh = await Harness.OpenAsync();
        await ConsumeAsync(received.HandleAsync, transport: fresh);
        await received.AreAsync(4);
        Assert.Equal(["keyed", "retried", "scheduled", "waiting"], received.Texts.Order());
        Assert.Contains(("retried", 2), received.Attempts);
        var letter = Assert.Single(await fresh.Administration.PeekDeadAsync(Main, 10, Token));
        Assert.Equal(("dead", "broken"), (TextOf(letter.Message), letter.Detail));
    }

    [Fact]
    public async Task Consumers_and_pushers_live_through_the_death_of_the_broker()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        await SendAsync("before");
        await received.AreAsync(1);
        await Durable.RestartAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await SendAsync("after");
                    return true;
                }
                catch (ServiceUnavailableException)
                {
                    return false;
                }
            },
            "a push is accepted again");
        await Eventually.TrueAsync(() => Task.FromResult(received.Texts.Contains("after")), "it is handled");
    }

    [Fact]
    public async Task Every_push_that_was_accepted_while_the_broker_died_is_handled()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received, concurrency: 4, prefetch: 16);
        var accepted = new List<string>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var pushing = Task.Run(
            async () =>
            {
                for (var i = 0; !enough.IsCancellationRequested; i++)
                {
                    try
                    {
                        await SendAsync("m" + i);
                        lock (accepted) accepted.Add("m" + i);
                    }
                    catch (ServiceUnavailableException)
                    {
                        await Task.Yield();
                    }
                }
            },
            Token);
        await received.AreAsync(50);
        await Durable.RestartAsync();
        var before = received.Count;
        await received.AreAsync(before + 50);
        await enough.CancelAsync();
        await pushing;
        await Eventually.TrueAsync(() => Task.FromResult(!accepted.Except(received.Texts).Any()), "every accepted push was handled");
    }
}
