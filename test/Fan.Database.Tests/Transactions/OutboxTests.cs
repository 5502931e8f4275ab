using Fan.Conformance;
using Fan.Database.Tests.Servers;
using Fan.Queues;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Database.Tests.Transactions;

/// <summary>Pushes inside the transactions of their senders.</summary>
public abstract class OutboxTests : TransactionTest
{
    [Fact]
    public async Task A_push_is_sent_if_its_transaction_commits_and_only_then()
    {
        await StartWarehouseAsync();
        var shop = await StartAsync("shop");
        await OrderAsync(shop, "undone", transaction => transaction.RollbackAsync());
        await OrderAsync(shop, "forgotten", _ => Task.CompletedTask);
        await OrderAsync(shop, "done", CommitAsync);
        await HandledAsync(1);
        await OrderAsync(shop, "done too", CommitAsync);
        await HandledAsync(2);
        Assert.Equal(["done", "done too"], Warehouse.Orders);
        Assert.Equal(["done", "done too"], await Place.OrdersAsync());
    }

    [Fact]
    public async Task Nobody_sees_a_push_before_its_transaction_has_committed()
    {
        await StartWarehouseAsync();
        var shop = await StartAsync("shop");
        var queues = shop.Services.GetServices<IQueueTransport>().Single(transport => transport.Name == "database").Administration;
        await OrderAsync(
            shop,
            "one",
            async transaction =>
            {
                Assert.Empty(Warehouse.Orders);
                if (this is PostgresOutboxTests)
                {
                    Assert.Empty(await queues.PeekAsync(new QueueName("shop.warehouse"), 10, TestContext.Current.CancellationToken));
                }
                await transaction.CommitAsync();
            });
        await HandledAsync(1);
    }

    [Fact]
    public async Task A_push_outside_of_the_scope_is_no_part_of_the_transaction()
    {
        await StartWarehouseAsync();
        var shop = await StartAsync("shop");
        await using (var connection = Place.Connect())
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            using (transaction.UseForPushes())
            {
            }

            await transaction.RollbackAsync();
            await shop.Fan.Get<IWarehouse>().OrderedAsync("after");
        }

        await HandledAsync(1);
    }

    [Fact]
    public async Task A_push_for_another_transport_goes_there_when_its_transaction_has_committed()
    {
        var broker = new FakeBroker();
        var shop = await StartWithBrokerAsync("shop", broker);
        await OrderAsync(shop, "undone", transaction => transaction.RollbackAsync());
        Assert.Empty(broker.Accepted);
        await OrderAsync(
            shop, "done", CommitAsync, new PushOptions { MessageId = "order-1", Key = "k", TimeToLive = TimeSpan.FromHours(1) });
        await AcceptedAsync(broker, 1);
        var sent = Assert.Single(broker.Accepted);
        Assert.Equal(
            ("order-1", "shop.warehouse", "ordered", "k", "shop", "order-1"),
            (sent.Id, sent.Service, sent.Method, sent.Key, sent.Headers.Caller, sent.Headers.MessageId));
        Assert.InRange(sent.TimeToLive!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        await OrderAsync(shop, "later", CommitAsync, new PushOptions { Delay = TimeSpan.FromMilliseconds(300) });
        await AcceptedAsync(broker, 2);
    }

    [Fact]
    public async Task What_the_other_transport_refuses_is_sent_again_in_the_order_of_its_key_by_one_relay_at_a_time()
    {
        var refusals = 0;
        // Both relays hand to the same broker, as two processes would.
        var broker = new FakeBroker { Before = message => RefuseEveryThird(message.Service) };
        var shop = await StartWithBrokerAsync("shop", broker);
        await StartWithBrokerAsync("second", broker);
        for (var i = 0; i < 10; i++)
        {
            foreach (var key in (string[])["a", "b"]) await OrderAsync(shop, $"{key}{i}", CommitAsync, new PushOptions { Key = key });
        }

        await AcceptedAsync(broker, 20);
        foreach (var key in (string[])["a", "b"])
        {
            Assert.Equal(
                Enumerable.Range(0, 10).Select(i => $"{key}{i}"),
                broker.Accepted.Where(message => message.Key == key)
                    .Select(message => System.Text.Json.JsonDocument.Parse(message.Payload).RootElement.GetProperty("order").GetString()));
        }

        void RefuseEveryThird(string service)
        {
            if (++refusals % 3 == 0) throw new ServiceUnavailableException(service, "away");
        }
    }

    [Fact]
    public async Task A_push_that_is_too_large_for_the_other_transport_is_a_dead_letter_with_the_reason_and_holds_nobody_back()
    {
        var broker = new FakeBroker { Before = RefuseLarge };
        var shop = await StartWithBrokerAsync("shop", broker);
        await OrderAsync(shop, "large", CommitAsync, new PushOptions { MessageId = "order-1", Key = "k" });
        await OrderAsync(shop, "small", CommitAsync, new PushOptions { MessageId = "order-2", Key = "k" });
        await AcceptedAsync(broker, 1);
        Assert.Equal("order-2", Assert.Single(broker.Accepted).Id);
        var queues = shop.Services.GetServices<IQueueTransport>().Single(transport => transport.Name == "database").Administration;
        var letter = Assert.Single(
            await queues.PeekDeadAsync(new QueueName("fan.outbox", "broker"), 10, TestContext.Current.CancellationToken));
        Assert.Equal(
            (
                "order-1",
                DeadLetterReasons.Rejected,
                "The payload is too large (MaxMessageBytes).",
                typeof(LimitExceededException).FullName,
                1),
            (letter.Message.Id, letter.Reason, letter.Detail, letter.ExceptionType, letter.Attempts));

        static void RefuseLarge(QueueMessage message)
        {
            if (message.Id == "order-1") throw new LimitExceededException("MaxMessageBytes", "The payload is too large (MaxMessageBytes).");
        }
    }

    [Fact]
    public async Task A_push_to_a_queue_that_is_full_is_sent_when_there_is_room()
    {
        var refusals = 0;
        var broker = new FakeBroker { Before = RefuseFirst };
        var shop = await StartWithBrokerAsync("shop", broker);
        await OrderAsync(shop, "one", CommitAsync);
        await AcceptedAsync(broker, 1);
        Assert.Equal(2, refusals);

        void RefuseFirst(QueueMessage message)
        {
            if (refusals < 2)
            {
                throw new LimitExceededException(nameof(QueuePolicy.MaxMessages), $"The queue is full for the {++refusals}. time.");
            }
        }
    }

    [Fact]
    public async Task A_push_that_can_take_no_part_in_the_transaction_is_refused()
    {
        var shop = await StartAsync("shop", fan => fan.AddService<IWarehouse>(_ => Warehouse).Route("shop.warehouse", pushes: "local"));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => OrderAsync(shop, "one", CommitAsync));
        Assert.Contains("transaction", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_of_another_database_is_refused()
    {
        await StartWarehouseAsync();
        var shop = await StartAsync("shop");
        var folder = Directory.CreateTempSubdirectory("fan-other-");
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "other.db")};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            using var scope = transaction.UseForPushes();
            await Assert.ThrowsAsync<ArgumentException>(async () => await shop.Fan.Get<IWarehouse>().OrderedAsync("one"));
        }

        folder.Delete(recursive: true);
    }

    private async Task<Conformance.Transports.TransportApplication> StartWithBrokerAsync(string name, FakeBroker broker) =>
        await StartAsync(
            name,
            fan =>
            {
                fan.Route("shop.warehouse", pushes: "broker");
                fan.Services.AddSingleton<IQueueTransport>(broker);
            });

    private static Task AcceptedAsync(FakeBroker broker, int count) =>
        Eventually.TrueAsync(() => Task.FromResult(broker.Accepted.Count >= count), $"the broker has {count}");
}

public sealed class PostgresOutboxTests(PostgresServers servers) : OutboxTests
{
    protected override async Task<ShopPlace> CreatePlaceAsync() => await PostgresPlace.CreateAsync(await servers.SharedAsync());
}

public sealed class SqliteOutboxTests : OutboxTests
{
    protected override Task<ShopPlace> CreatePlaceAsync() => SqlitePlace.CreateAsync();
}
