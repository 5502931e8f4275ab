using Fan.Conformance;
using Fan.Database.Tests.Servers;

namespace Fan.Database.Tests.Transactions;

/// <summary>Handlers whose writes are in one transaction with the end of their message.</summary>
public abstract class DeliveryTests : TransactionTest
{
    [Fact]
    public async Task A_handler_s_writes_are_there_once_though_it_failed_before()
    {
        var attempts = 0;
        Warehouse.Handle = async (order, ct) =>
        {
            await WriteAsync(order, ct);
            if (++attempts < 3) throw new InvalidOperationException("not yet");
        };
        var application = await StartWarehouseAsync();
        await application.Fan.Get<IWarehouse>().OrderedAsync("one");
        await HandledAsync(1);
        await Eventually.TrueAsync(async () => (await Place.OrdersAsync()).Count > 0, "it is committed");
        await application.StopAsync();
        Assert.Equal(["one"], await Place.OrdersAsync());
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task What_a_handler_pushes_is_sent_if_it_succeeds()
    {
        var attempts = 0;
        var application = await StartWarehouseAsync();
        Warehouse.Handle = async (order, ct) =>
        {
            await WriteAsync(order, ct);
            await application.Fan.Get<IPost>().SendAsync($"{order} {++attempts}", ct);
            if (attempts < 3) throw new InvalidOperationException("not yet");
        };
        await application.Fan.Get<IWarehouse>().OrderedAsync("one");
        await Eventually.TrueAsync(() => Task.FromResult(Post.Sent.Count > 0), "the post was told");
        await application.StopAsync();
        Assert.Equal(["one 3"], Post.Sent);
    }

    [Fact]
    public async Task A_handler_that_asks_for_no_transaction_has_none_and_pushes_at_once()
    {
        var application = await StartWarehouseAsync();
        var seen = false;
        Warehouse.Handle = async (order, ct) =>
        {
            seen = DatabaseDelivery.Current is { Transaction: null };
            await application.Fan.Get<IPost>().SendAsync(order, ct);
            await Eventually.TrueAsync(() => Task.FromResult(Post.Sent.Count == 1), "the post was told while the handler runs");
        };
        await application.Fan.Get<IWarehouse>().OrderedAsync("one");
        await HandledAsync(1);
        Assert.True(seen);
        Assert.Null(DatabaseDelivery.Current);
    }

    private async Task WriteAsync(string order, CancellationToken ct)
    {
        var transaction = await DatabaseDelivery.Current!.BeginTransactionAsync(ct);
        await Place.DoAsync(transaction.Connection!, transaction, $"INSERT INTO orders VALUES ('{order}')");
    }
}

public sealed class PostgresDeliveryTests(PostgresServers servers) : DeliveryTests
{
    protected override async Task<ShopPlace> CreatePlaceAsync() => await PostgresPlace.CreateAsync(await servers.SharedAsync());
}

public sealed class SqliteDeliveryTests : DeliveryTests
{
    protected override Task<ShopPlace> CreatePlaceAsync() => SqlitePlace.CreateAsync();
}
