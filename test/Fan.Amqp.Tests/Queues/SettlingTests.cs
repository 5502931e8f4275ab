using Fan.Amqp.Connections;
using Fan.Amqp.Queues;
using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Messaging;
using Fan.Queues;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Amqp.Tests.Queues;

/// <summary>What becomes of messages in hand while the connection by which that is written down is away.</summary>
public sealed class SettlingTests(RabbitServers servers)
{
    [Fact]
    public async Task A_message_whose_retry_the_broker_does_not_take_stays_in_hand_and_no_attempt_is_counted()
    {
        var token = TestContext.Current.CancellationToken;
        var server = await servers.SharedAsync();
        await using var harness = new QueueHarness(server);
        var transport = await harness.OpenAsync();
        var queue = new QueueName("test.q" + Guid.NewGuid().ToString("N"));
        await transport.DeclareAsync(queue, new QueuePolicy(), token);
        await using var proxy = new TcpProxy(server.Port);
        proxy.Die();
        await using var incoming = Connect(server.Uri);
        await using var outgoing = Connect(proxy.Uri);
        await using var publisher = new PushPublisher(outgoing);
        var topology = new QueueTopology(incoming, TimeProvider.System);
        var settler = new DeliverySettler(
            publisher, new QueueTopology(outgoing, TimeProvider.System), QueueNames.Queue(queue), TimeProvider.System, NullLogger.Instance);
        var received = new Received((_, _) => new(proxy.Refused > 0 ? QueueSettlement.Done : QueueSettlement.Retry(TimeSpan.Zero)));
        var subscription = new QueueSubscription
        {
            Queue = queue,
            Policy = new QueuePolicy(),
            Consumer = "tests",
            Concurrency = 1,
            Prefetch = 1
        };
        await using var consumer = new AmqpQueueConsumer(
            incoming,
            topology,
            settler,
            subscription,
            QueueNames.Queue(queue),
            [],
            null,
            received.HandleAsync,
            TimeProvider.System,
            NullLogger.Instance);
        await consumer.StartAsync(token);
        var id = Guid.NewGuid().ToString("N");
        var message = new QueueMessage
        {
            Id = id,
            Service = queue.Service,
            Method = "take",
            Headers = new MessageHeaders { MessageId = id },
            ContentType = "application/json",
            Payload = "\"a\""u8.ToArray()
        };
        await transport.SendAsync(message, token);
        await Eventually.TrueAsync(() => Task.FromResult(proxy.Refused >= 3), "the retry was in vain");
        proxy.Revive();
        await Eventually.TrueAsync(
            async () => received.Count > 1 && await transport.Administration.GetStatusAsync(queue, token) is { Waiting: 0 },
            "it is handled");
        Assert.Equal([("a", 1), ("a", 2)], received.Attempts);
        Assert.Empty(await transport.Administration.PeekDeadAsync(queue, 10, token));
    }

    private static BrokerConnection Connect(string uri) =>
        new(new BrokerAddress(new FanAmqpOptions { Uri = uri }, new FanLimits()), "tests", TimeProvider.System, NullLogger.Instance);
}
