using System.Text;
using Fan.Amqp.Queues;
using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Messaging;
using Fan.Queues;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Tests.Queues;

/// <summary>A broker that lost a binding, or never got it: whoever consumes makes it again.</summary>
public sealed class BindingTests(RabbitServers servers) : IAsyncLifetime
{
    private readonly QueueName _queue = new("test.q" + Guid.NewGuid().ToString("N"));
    private readonly QueuePolicy _policy = new() { Partitions = 4 };
    private QueueHarness _harness = null!;
    private IQueueTransport _transport = null!;
    private RabbitServer _server = null!;

    private string Queue => QueueNames.Queue(_queue);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await servers.SharedAsync();
        _harness = new QueueHarness(_server);
        _transport = await _harness.OpenAsync();
        await _transport.DeclareAsync(_queue, _policy, Token);
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_group_whose_declaration_was_cut_off_before_its_bindings_gets_pushes_once_somebody_consumes()
    {
        await UnbindAsync();
        await Assert.ThrowsAsync<NoSuchServiceException>(async () => await SendAsync("lost"));
        var received = new Received();
        await using var consumer = await ConsumeAsync(received, await _harness.OpenAsync());
        await SendAsync("plain");
        foreach (var key in Keys) await SendAsync(key, key);
        await received.AreAsync(1 + Keys.Count);
        // No key has two queues.
        Assert.Equal(Keys.Append("plain").Order(), received.Texts.Order());
    }

    [Fact]
    public async Task A_binding_that_is_gone_when_the_broker_comes_back_is_made_by_the_groups_consumers_and_pushers_are_told_to_wait()
    {
        var pusher = await _harness.OpenAsync();
        await SendAsync("before", transport: pusher);
        await UnbindAsync();
        _harness.Cut(pusher);
        // The first ones find the connection broken.
        await Eventually.TrueAsync(
            async () => (await Assert.ThrowsAsync<ServiceUnavailableException>(
                async () => await SendAsync("early", transport: pusher))).InnerException is PublishReturnException,
            "the pusher is connected again");

        var received = new Received();
        var consuming = await _harness.OpenAsync();
        await using var consumer = await ConsumeAsync(received, consuming);
        await received.AreAsync(1);
        await UnbindAsync();
        _harness.Cut(consuming);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await SendAsync("after", transport: pusher);
                    return true;
                }
                catch (ServiceUnavailableException)
                {
                    return false;
                }
            },
            "the binding is made again");
        await received.AreAsync(2);
        Assert.Equal(["before", "after"], received.Texts);
    }

    [Fact]
    public async Task A_queue_that_is_gone_when_the_broker_comes_back_is_made_again()
    {
        var received = new Received();
        var consuming = await _harness.OpenAsync();
        await using var consumer = await ConsumeAsync(received, consuming);
        await UseAsync(channel => channel.QueueDeleteAsync(Queue, false, false));
        _harness.Cut(consuming);
        await Eventually.TrueAsync(
            async () => await _transport.Administration.GetStatusAsync(_queue, Token) is { Consumers: > 0 }, "the queue is made again");
        await SendAsync("after");
        await received.AreAsync(1);
    }

    [Fact]
    public async Task A_group_that_was_made_with_other_partitions_keeps_its_own()
    {
        var received = new Received();
        await using var consumer = await ConsumeAsync(received, await _harness.OpenAsync(), _policy with { Partitions = 2 });
        foreach (var key in Keys) await SendAsync(key, key);
        await SendAsync("last");
        await received.AreAsync(1 + Keys.Count);
        Assert.Equal(Keys.Append("last").Order(), received.Texts.Order());
    }

    private static IReadOnlyList<string> Keys { get; } = [.. Enumerable.Range(0, 40).Select(i => "key" + i)];

    private Task<IQueueConsumer> ConsumeAsync(Received received, IQueueTransport transport, QueuePolicy? policy = null) =>
        transport.ConsumeAsync(
            new QueueSubscription { Queue = _queue, Policy = policy ?? _policy, Consumer = "tests", Concurrency = 4, Prefetch = 4 },
            received.HandleAsync,
            Token);

    private async Task SendAsync(string text, string? key = null, IQueueTransport? transport = null)
    {
        var id = Guid.NewGuid().ToString("N");
        var message = new QueueMessage
        {
            Id = id,
            Service = _queue.Service,
            Method = "take",
            Headers = new MessageHeaders { MessageId = id },
            ContentType = "application/json",
            Payload = Encoding.UTF8.GetBytes($"\"{text}\""),
            Key = key,
        };
        await (transport ?? _transport).SendAsync(message, Token);
    }

    // As if they had never been made.
    private Task UnbindAsync() => UseAsync(async channel =>
    {
        var exchange = QueueNames.Exchange(_queue.Service);
        await channel.QueueUnbindAsync(Queue, exchange, "#." + QueueNames.AnyOrder);
        for (var slot = 0; slot < QueueNames.Slots; slot++)
        {
            await channel.QueueUnbindAsync(
                QueueNames.Partition(Queue, slot % _policy.Partitions), exchange, "#." + QueueNames.SlotKey(slot));
        }
    });

    private async Task UseAsync(Func<IChannel, Task> use)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(_server.Uri) }.CreateConnectionAsync(Token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await use(channel);
    }
}
