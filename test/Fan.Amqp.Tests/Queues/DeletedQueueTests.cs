using Fan.Amqp.Queues;
using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Amqp.Tests.Queues;

/// <summary>Somebody deletes at the broker what a group lives on: its consumers make it again, and pushers hear what is true.</summary>
public sealed class DeletedQueueTests(RabbitServers servers) : IAsyncLifetime
{
    private readonly QueueName _queue = new("test.q" + Guid.NewGuid().ToString("N"));
    private readonly QueuePolicy _policy = new() { Partitions = 2 };
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

    [Theory]
    [InlineData("")]
    [InlineData("/suspects")]
    [InlineData("/k0")]
    [InlineData("/k1")]
    public async Task A_queue_that_is_deleted_under_its_consumer_is_made_again(string which)
    {
        var received = new Received();
        await using var consumer = await ConsumeAsync(received);
        await DeleteAsync(Queue + which);
        await Eventually.TrueAsync(() => IsThereAsync(Queue + which), "it is made again");
        List<string> sent = ["plain", .. Enumerable.Range(0, 20).Select(i => "key" + i)];
        foreach (var text in sent) await Eventually.TrueAsync(() => TrySendAsync(text, text == "plain" ? null : text), "it is accepted");
        await received.AreAsync(sent.Count);
        Assert.Equal(sent.Order(), received.Texts.Order());
        await Eventually.TrueAsync(() => Task.FromResult(_transport.Trouble is null), "nothing is wrong any more");
    }

    [Fact]
    public async Task A_dead_letter_finds_its_queue_made_again()
    {
        await using var consumer = await ConsumeAsync(new Received((_, _) => new(QueueSettlement.Dead(DeadLetterReasons.Rejected, "no"))));
        await DeleteAsync(QueueNames.Dead(Queue));
        await _transport.SendAsync(QueueMessages.For(_queue, "bad"), Token);
        await Eventually.TrueAsync(
            async () => (await _transport.Administration.PeekDeadAsync(_queue, 10, Token)).Count == 1, "it is a dead letter");
    }

    [Fact]
    public async Task A_push_to_what_was_deleted_is_refused_with_what_is_true()
    {
        await _transport.SendAsync(QueueMessages.For(_queue, "before"), Token);
        await DeleteAsync(Queue);
        await RefusedAsync();
        await UseAsync(channel => channel.ExchangeDeleteAsync(QueueNames.Exchange(_queue.Service)));
        await RefusedAsync();
        await RefusedAsync();
        await _transport.DeclareAsync(_queue, _policy, Token);
        await _transport.SendAsync(QueueMessages.For(_queue, "after"), Token);
    }

    private async Task RefusedAsync()
    {
        var error = await Assert.ThrowsAsync<NoSuchServiceException>(
            async () => await _transport.SendAsync(QueueMessages.For(_queue, "lost"), Token));
        Assert.DoesNotContain("ever", error.Message.Replace("every", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("has no queue for them", error.Message, StringComparison.Ordinal);
    }

    private async Task<bool> TrySendAsync(string text, string? key)
    {
        try
        {
            await _transport.SendAsync(QueueMessages.For(_queue, text, key), Token);
            return true;
        }
        catch (NoSuchServiceException)
        {
            return false;
        }
    }

    private Task<IQueueConsumer> ConsumeAsync(Received received) =>
        _transport.ConsumeAsync(
            new QueueSubscription { Queue = _queue, Policy = _policy, Consumer = "tests", Concurrency = 4, Prefetch = 4 },
            received.HandleAsync,
            Token);

    private Task DeleteAsync(string name) => UseAsync(channel => channel.QueueDeleteAsync(name, false, false));

    private async Task<bool> IsThereAsync(string name)
    {
        try
        {
            await UseAsync(channel => channel.QueueDeclarePassiveAsync(name));
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }

    private async Task UseAsync(Func<IChannel, Task> use)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(_server.Uri) }.CreateConnectionAsync(Token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await use(channel);
    }
}
