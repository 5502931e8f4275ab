using System.Text.Json;
using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Messaging;
using Fan.Queues;
using Fan.Redis.Tests.Calls;
using Fan.Redis.Tests.Servers;
using StackExchange.Redis;

namespace Fan.Redis.Tests.Queues;

/// <summary>Consumers that are killed, servers that lose data or have no room.</summary>
public sealed class LossTests(RedisServers servers) : RedisTest
{
    private readonly string _service = "test.q" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task What_a_consumer_that_is_killed_had_in_hand_goes_to_another_process()
    {
        var server = await servers.SharedAsync();
        using var victim = ChildProcess.Start("Fan.Redis.Worker", "consume", server.Uri, _service);
        await victim.WaitForAsync("consuming");
        var pusher = await StartAsync("pusher", server.Uri);
        await PushAsync(pusher.Fan, "held");
        await victim.WaitForAsync("held 1");
        using var other = ChildProcess.Start("Fan.Redis.Worker", "consume", server.Uri, _service);
        await other.WaitForAsync("consuming");
        victim.Kill();
        await other.WaitForAsync("held 2");
    }

    [Fact]
    public async Task A_message_that_kills_its_consumers_is_dead_in_the_end_and_those_that_were_held_beside_it_are_not()
    {
        var server = await servers.SharedAsync();
        await using var harness = new RedisQueueHarness(server);
        var queues = await harness.OpenAsync();
        var queue = new QueueName(_service);
        await queues.DeclareAsync(queue, new QueuePolicy { LeaseTime = TimeSpan.FromSeconds(2) }, CancellationToken.None);
        var pusher = await StartAsync("pusher", server.Uri);
        await PushAsync(pusher.Fan, "die");
        for (var i = 0; i < 40; i++) await PushAsync(pusher.Fan, "ok");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            using var victim = ChildProcess.Start("Fan.Redis.Worker", "consume", server.Uri, _service);
            await victim.WaitForAsync($"die {attempt}");
            Assert.NotEqual(0, await victim.ExitAsync());
        }

        using var last = ChildProcess.Start("Fan.Redis.Worker", "consume", server.Uri, _service);
        await Eventually.TrueAsync(async () => await queues.Administration.GetStatusAsync(
            queue, CancellationToken.None) is { Waiting: 0, InFlight: 0, Scheduled: 0 }, "all is done");
        var letter = Assert.Single(await queues.Administration.PeekDeadAsync(queue, 100, CancellationToken.None));
        Assert.Equal(
            (DeadLetterReasons.AttemptsExhausted, "{\"text\":\"die\"}"),
            (letter.Reason, System.Text.Encoding.UTF8.GetString(letter.Message.Payload.Span)));
    }

    [Fact]
    public async Task A_server_without_memory_refuses_pushes_and_lets_what_it_has_be_handled()
    {
        var server = await servers.StartAsync("full", "--maxmemory", "24mb", "--maxmemory-policy", "noeviction");
        await using var ending = server;
        await using var harness = new RedisQueueHarness(server);
        var queues = await harness.OpenAsync();
        var queue = new QueueName(_service);
        await queues.DeclareAsync(queue, new QueuePolicy(), CancellationToken.None);
        var sent = 0;
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () =>
        {
            for (; sent < 10_000; sent++) await queues.SendAsync(Message(new byte[100_000]), CancellationToken.None);
        });
        Assert.Contains("no memory left", error.Message, StringComparison.Ordinal);
        var received = new Received();
        await using (await ConsumeAsync(queues, queue, received)) await received.AreAsync(sent);
        await queues.SendAsync(Message([]), CancellationToken.None);
        Assert.Equal(1, (await queues.Administration.GetStatusAsync(queue, CancellationToken.None))!.Waiting);
    }

    [Fact]
    public async Task A_queue_that_the_server_lost_is_made_again_by_its_consumer_and_one_that_was_deleted_is_not()
    {
        var server = await servers.StartAsync("forgetful");
        await using var ending = server;
        await using var harness = new RedisQueueHarness(server);
        var queues = await harness.OpenAsync();
        var queue = new QueueName(_service);
        await queues.DeclareAsync(queue, new QueuePolicy(), CancellationToken.None);
        var received = new Received();
        await using var consumer = await ConsumeAsync(queues, queue, received);
        await using (var connection = await server.ConnectAsync()) await connection.GetServers()[0].FlushAllDatabasesAsync();
        await Eventually.TrueAsync(
            async () => await queues.Administration.GetStatusAsync(queue, CancellationToken.None) is not null, "the queue is there again");
        await queues.SendAsync(Message("1"u8.ToArray()), CancellationToken.None);
        await received.AreAsync(1);
        await queues.Administration.DeleteAsync(queue, CancellationToken.None);
        await Eventually.TrueAsync(
            () => Task.FromResult(queues.Trouble is { } trouble && trouble.Contains("deleted", StringComparison.Ordinal)),
            "the consumer knows");
        Assert.Null(await queues.Administration.GetStatusAsync(queue, CancellationToken.None));
        await Assert.ThrowsAsync<NoSuchServiceException>(async () => await queues.SendAsync(Message([]), CancellationToken.None));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_queue_that_is_empty_or_deleted_but_its_names()
    {
        var server = await servers.StartAsync("clean");
        await using var ending = server;
        await using var harness = new RedisQueueHarness(server);
        var queues = await harness.OpenAsync();
        QueueName first = new(_service), second = new(_service, "audit");
        foreach (var queue in new[] { first, second }) await queues.DeclareAsync(queue, new QueuePolicy(), CancellationToken.None);
        for (var i = 0; i < 300; i++) await queues.SendAsync(Message([1], key: "k" + (i % 3)), CancellationToken.None);
        var received = new Received();
        await using (await ConsumeAsync(queues, first, received)) await received.AreAsync(300);
        await queues.Administration.DeleteAsync(second, CancellationToken.None);
        await using var connection = await server.ConnectAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                var keys = await connection.GetServers()[0].KeysAsync().Select(key => (string)key!).ToListAsync();
                return keys.Order().SequenceEqual(
                    new[] { "deleted", "last", "main:1:ready", "queues" }.Select(key => $"fan:{{{_service}}}:{key}"));
            },
            "the keys are gone");
        Assert.Equal(0, await connection.GetDatabase().StreamLengthAsync($"fan:{{{_service}}}:main:1:ready"));
    }

    [Fact]
    public async Task A_push_waits_for_replicas_where_it_must()
    {
        var server = await servers.StartAsync("primary");
        await using var ending = server;
        await using var harness = new RedisQueueHarness(server, options =>
        {
            options.WaitForReplicas = 1;
            options.OperationTimeout = TimeSpan.FromSeconds(2);
        });
        var queues = await harness.OpenAsync();
        await queues.DeclareAsync(new QueueName(_service), new QueuePolicy(), CancellationToken.None);
        Assert.Contains("0 of 1 replicas", (await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await queues.SendAsync(Message([]), CancellationToken.None))).Message, StringComparison.Ordinal);
        await using var replica = await servers.StartAsync("replica", "--replicaof", $"127.0.0.1 {server.Port}");
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await queues.SendAsync(Message([]), CancellationToken.None);
                    return true;
                }
                catch (ServiceUnavailableException)
                {
                    return false;
                }
            },
            "the replica has it");
    }

    private async Task PushAsync(IFan fan, string text) =>
        await fan.PushAsync(_service + ".take", JsonDocument.Parse($$"""{"text": "{{text}}"}""").RootElement);

    private QueueMessage Message(byte[] payload, string? key = null)
    {
        var id = Guid.NewGuid().ToString("N");
        return new QueueMessage
        {
            Id = id,
            Service = _service,
            Method = "take",
            Headers = new MessageHeaders { MessageId = id },
            ContentType = "application/json",
            Payload = payload,
            Key = key
        };
    }

    private static Task<IQueueConsumer> ConsumeAsync(IQueueTransport queues, QueueName queue, Received received) => queues.ConsumeAsync(
        new QueueSubscription { Queue = queue, Policy = new QueuePolicy(), Consumer = "tests", Concurrency = 4, Prefetch = 16 },
        received.HandleAsync,
        CancellationToken.None);
}
