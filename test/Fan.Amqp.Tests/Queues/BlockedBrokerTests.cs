using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Queues;

namespace Fan.Amqp.Tests.Queues;

/// <summary>A broker that is short of memory takes no messages: pushers hear of it at once, and nobody waits for it at the end.</summary>
public sealed class BlockedBrokerTests(RabbitServers servers)
{
    // Far more than it takes to be told, and less than any request to a broker that does not answer waits.
    private static readonly TimeSpan Own = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task A_push_to_a_broker_that_takes_nothing_fails_at_once_and_the_end_is_not_delayed()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = new RabbitServer(servers.NewFolder("blocked"));
        await server.StartAsync();
        await server.ServesAsync();
        await using var harness = new QueueHarness(server);
        var queue = new QueueName("test.q" + Guid.NewGuid().ToString("N"));
        var (declaring, first, warm) = (await harness.OpenAsync(), await harness.OpenAsync(), await harness.OpenAsync());
        await declaring.DeclareAsync(queue, new QueuePolicy { Partitions = 1 }, token);
        await warm.SendAsync(QueueMessages.For(queue, "before"), token);
        var received = new Received();
        await using var consumer = await warm.ConsumeAsync(
            new QueueSubscription
            {
                Queue = queue,
                Policy = new QueuePolicy { Partitions = 1 },
                Consumer = "tests",
                Concurrency = 1,
                Prefetch = 1
            }, received.HandleAsync, token);
        await received.AreAsync(1);

        await server.AlarmAsync(true);
        foreach (var transport in new[] { first, first, warm, warm })
        {
            using var time = new CancellationTokenSource(Own);
            var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
                async () => await transport.SendAsync(QueueMessages.For(queue, "blocked"), time.Token));
            Assert.Contains("takes no messages for now", error.Message, StringComparison.Ordinal);
            Assert.NotNull(transport.Trouble);
        }

        await consumer.StopAsync(token).WaitAsync(Own, token);
        await harness.CloseAsync(warm).WaitAsync(Own, token);

        await server.AlarmAsync(false);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await first.SendAsync(QueueMessages.For(queue, "after"), token);
                    return true;
                }
                catch (ServiceUnavailableException)
                {
                    return false;
                }
            },
            "it takes messages again");
    }
}
