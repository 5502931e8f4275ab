using System.Globalization;
using Fan.Amqp.Tests.Servers;
using Fan.Messaging;
using Fan.Queues;

namespace Fan.Amqp.Tests.Queues;

/// <summary>A push that is too large is refused once, by us or by the broker, and those beside it are taken.</summary>
public sealed class MessageSizeTests(RabbitServers servers)
{
    private const int BrokerTakes = 64 * 1024;

    [Fact]
    public async Task What_is_larger_than_the_broker_takes_is_refused_and_what_was_on_its_way_with_it_is_not()
    {
        var token = TestContext.Current.CancellationToken;
        await using var server = new RabbitServer(
            servers.NewFolder("sizes"),
            new Dictionary<string, string> { ["max_message_size"] = BrokerTakes.ToString(CultureInfo.InvariantCulture) });
        await server.StartAsync();
        await server.ServesAsync();
        await using var harness = new QueueHarness(server);
        var transport = await harness.OpenAsync();
        var queue = new QueueName("test.sizes");
        await transport.DeclareAsync(queue, new QueuePolicy(), token);

        var error = await Assert.ThrowsAsync<LimitExceededException>(
            async () => await transport.SendAsync(Message(BrokerTakes + 1), token));
        Assert.Equal("max_message_size", error.Limit);
        await transport.SendAsync(Message(BrokerTakes), token);
        Assert.Equal(1, (await transport.Administration.GetStatusAsync(queue, token))!.Waiting);

        // The broker ends the channel of all of them: only the large one is told that it is too large.
        var sendings = Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                await transport.SendAsync(Message(i == 25 ? BrokerTakes + 2 : 100 + i), token);
                return "taken";
            }
            catch (FanException refused)
            {
                return refused.Code;
            }
        });
        var ends = await Task.WhenAll(sendings);
        Assert.Equal(25, Array.IndexOf(ends, ErrorCodes.LimitExceeded));
        Assert.Single(ends, end => end == ErrorCodes.LimitExceeded);
        Assert.DoesNotContain(ends, end => end is not ("taken" or ErrorCodes.LimitExceeded or ErrorCodes.Unavailable));

        error = await Assert.ThrowsAsync<LimitExceededException>(
            async () => await transport.SendAsync(Message((16 * 1024 * 1024) + 1), token));
        Assert.Equal(nameof(FanAmqpOptions.MaxMessageBytes), error.Limit);
    }

    private static QueueMessage Message(int bytes)
    {
        var id = Guid.NewGuid().ToString("N");
        return new()
        {
            Id = id,
            Service = "test.sizes",
            Method = "take",
            Headers = new MessageHeaders { MessageId = id },
            ContentType = "application/json",
            Payload = new byte[bytes]
        };
    }
}
