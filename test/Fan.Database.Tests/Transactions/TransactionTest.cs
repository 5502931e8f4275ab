using System.Data.Common;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Database.Tests.Servers;

namespace Fan.Database.Tests.Transactions;

/// <summary>A shop whose orders and pushes are in one database. Each suite derives for both engines.</summary>
public abstract class TransactionTest : IAsyncLifetime
{
    private readonly List<TransportApplication> _started = [];

    protected ShopPlace Place { get; private set; } = null!;

    protected MemoryTree Tree { get; } = new();

    protected Warehouse Warehouse { get; } = new();

    protected Post Post { get; } = new();

    public async ValueTask InitializeAsync() => Place = await CreatePlaceAsync();

    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--) await _started[i].DisposeAsync();
        await Place.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<ShopPlace> CreatePlaceAsync();

    protected async Task<TransportApplication> StartAsync(string name, Action<FanBuilder>? configure = null)
    {
        var application = await TransportApplication.StartAsync(
            Tree,
            name,
            fan =>
            {
                fan.AddDatabase(Place.Configure);
                configure?.Invoke(fan);
            });
        _started.Add(application);
        return application;
    }

    /// <summary>Hosts the warehouse and the post; a failed push is tried again soon.</summary>
    protected Task<TransportApplication> StartWarehouseAsync() => StartAsync(
        "warehouse",
        fan => fan.AddService<IWarehouse>(_ => Warehouse).AddService<IPost>(_ => Post)
            .ConfigureQueue<IWarehouse>(queue => queue.Backoff = TimeSpan.FromMilliseconds(20)));

    /// <summary>Writes an order and pushes it in one transaction; <paramref name="end"/> commits or not.</summary>
    protected async Task OrderAsync(TransportApplication shop, string order, Func<DbTransaction, Task> end, PushOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(shop);
        ArgumentNullException.ThrowIfNull(end);
        await using var connection = Place.Connect();
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Place.DoAsync(connection, transaction, $"INSERT INTO orders VALUES ('{order}')");
        using (transaction.UseForPushes()) await shop.Fan.Push<IWarehouse>(options ?? new PushOptions()).OrderedAsync(order);
        await end(transaction);
    }

    protected static Task CommitAsync(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.CommitAsync();
    }

    protected Task HandledAsync(int count) =>
        Eventually.TrueAsync(() => Task.FromResult(Warehouse.Orders.Count >= count), $"{count} orders came");
}
