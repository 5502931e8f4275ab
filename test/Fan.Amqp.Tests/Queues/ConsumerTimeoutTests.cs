using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Queues;

namespace Fan.Amqp.Tests.Queues;

/// <summary>A broker ends the channel of a consumer that does not settle a message in time: attempts are counted through that.</summary>
public sealed class ConsumerTimeoutTests(RabbitServers servers)
{
    [Fact]
    public async Task The_attempts_of_a_message_with_a_key_survive_the_time_that_the_broker_gives_its_consumer()
    {
        // The broker ends the channel while the message waits for its retry.
        var (brokerWaits, delay) = (1000, 2500);
        var token = TestContext.Current.CancellationToken;
        await using var server = new RabbitServer(
            servers.NewFolder("timeout"), null, $"-rabbit consumer_timeout {brokerWaits} -rabbit channel_tick_interval 500");
        await server.StartAsync();
        await server.ServesAsync();
        await using var harness = new QueueHarness(server);
        var transport = await harness.OpenAsync();
        var queue = new QueueName("test.q" + Guid.NewGuid().ToString("N"));
        var policy = new QueuePolicy { Partitions = 1, MaxAttempts = 4 };
        await transport.DeclareAsync(queue, policy, token);
        var received = new Received((delivery, _) => new(
            delivery.Message.Payload.Length > 3 ? QueueSettlement.Done
            : delivery.Attempt < policy.MaxAttempts ? QueueSettlement.Retry(TimeSpan.FromMilliseconds(delay), "no")
            : QueueSettlement.Dead(DeadLetterReasons.AttemptsExhausted, "no")));
        await using var consumer = await transport.ConsumeAsync(
            new QueueSubscription { Queue = queue, Policy = policy, Consumer = "tests", Concurrency = 2, Prefetch = 2 },
            received.HandleAsync,
            token);
        await transport.SendAsync(QueueMessages.For(queue, "a", "key"), token);
        await transport.SendAsync(QueueMessages.For(queue, "behind", "key"), token);
        await Eventually.TrueAsync(async () => (await transport.Administration.PeekDeadAsync(queue, 10, token)).Count == 1, "it is dead");
        await received.AreAsync(5);
        Assert.Equal([("a", 1), ("a", 2), ("a", 3), ("a", 4), ("behind", 1)], received.Attempts);
        Assert.Equal(4, (await transport.Administration.PeekDeadAsync(queue, 10, token))[0].Attempts);
    }

    [Fact]
    public async Task The_attempts_of_a_message_with_a_key_survive_the_death_of_the_process_that_made_them()
    {
        var token = TestContext.Current.CancellationToken;
        await using var harness = new QueueHarness(await servers.SharedAsync());
        var (first, second) = (await harness.OpenAsync(), await harness.OpenAsync());
        var queue = new QueueName("test.q" + Guid.NewGuid().ToString("N"));
        var policy = new QueuePolicy { Partitions = 1 };
        await first.DeclareAsync(queue, policy, token);
        var subscription = new QueueSubscription { Queue = queue, Policy = policy, Consumer = "tests", Concurrency = 2, Prefetch = 2 };
        var failing = new Received((delivery, _) => new(
            QueueSettlement.Retry(delivery.Attempt < 3 ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromMinutes(1), "no")));
        await using var consumer = await first.ConsumeAsync(subscription, failing.HandleAsync, token);
        await first.SendAsync(QueueMessages.For(queue, "a", "key"), token);
        await failing.AreAsync(3);
        await harness.CrashAsync(first);
        var received = new Received();
        await using var other = await second.ConsumeAsync(subscription, received.HandleAsync, token);
        await received.AreAsync(1);
        Assert.InRange(received.Attempts.Single().Item2, 4, 5);
    }
}
