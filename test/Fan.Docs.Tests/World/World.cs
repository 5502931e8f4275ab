// What the pages' fragments take for granted: the services that they are about, and the names that a reader's code has by then.
namespace World;

[Service("retail.store[store_id].public_wines", Version = "1.2.0")]
public interface IPublicWines
{
    ValueTask<Wine> GetAsync(int inventoryId, CancellationToken ct = default);

    ValueTask SetPriceAsync(int inventoryId, decimal price, CancellationToken ct = default);

    [Push]
    ValueTask StockChangedAsync(StockChange change, CancellationToken ct = default);
}

public sealed record Wine(int Id, string Name, int Year, decimal? Price);

public sealed record StockChange(int InventoryId, int Bottles);

public sealed record Order(int Id, int Bottles);

public sealed class PublicWines : IPublicWines
{
    public ValueTask<Wine> GetAsync(int inventoryId, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask SetPriceAsync(int inventoryId, decimal price, CancellationToken ct = default) => default;

    public ValueTask StockChangedAsync(StockChange change, CancellationToken ct = default) => default;
}

[Service("cellar", Version = "1.0.0")]
public interface ICellar
{
    ValueTask<Wine> GetAsync(int id, CancellationToken ct = default);
}

[Service("wines", Version = "1.1.0")]
public interface IWines
{
    ValueTask<Wine> GetAsync(int id, CancellationToken ct = default);
}

public sealed class Wines : IWines
{
    public ValueTask<Wine> GetAsync(int id, CancellationToken ct = default) => throw new NotSupportedException();
}

[Service("geo.places", Version = "1.0.0")]
public interface IPlaces
{
    ValueTask<string> FindAsync(int placeId, CancellationToken ct = default);
}

[Service("integration_api", Version = "2.0.0")]
public interface IIntegrationApi
{
    ValueTask BarcodeSyncClearAsync(int storeId, CancellationToken ct = default);
}

[Service("lightspeed", Version = "1.0.0")]
public interface ILightspeed
{
    ValueTask BarcodeSyncClearAsync(int storeId, CancellationToken ct = default);
}

[Service("stock[store_id].counter", Version = "1.0.0")]
public interface ICounter
{
    ValueTask<int> CountAsync(string sku, CancellationToken ct = default);

    ValueTask<IReadOnlyDictionary<int, int>> CountAllAsync(IReadOnlyList<int> stores, CancellationToken ct = default);
}

public sealed class Counter : ICounter
{
    public ValueTask<int> CountAsync(string sku, CancellationToken ct = default) => new(0);

    public ValueTask<IReadOnlyDictionary<int, int>> CountAllAsync(IReadOnlyList<int> stores, CancellationToken ct = default) =>
        throw new NotSupportedException();
}

[Service("nightly_export")]
public interface INightlyExport
{
    ValueTask RunAsync(CancellationToken ct = default);
}

public sealed class NightlyExport : INightlyExport
{
    public ValueTask RunAsync(CancellationToken ct = default) => default;
}

[Service("payments")]
public interface IPayments
{
    ValueTask PayAsync(decimal amount, CancellationToken ct = default);
}

public sealed class Payments : IPayments
{
    public ValueTask PayAsync(decimal amount, CancellationToken ct = default) => default;
}

[Service("exports")]
public interface IExports
{
    ValueTask WriteAsync(string day, string data, CancellationToken ct = default);
}

[Service("warehouse")]
public interface IWarehouse
{
    [Push]
    ValueTask OrderedAsync(Order order, CancellationToken ct = default);
}

[Service("post")]
public interface IPost
{
    [Push]
    ValueTask SendAsync(Order order, CancellationToken ct = default);
}

[Service("orders")]
public interface IOrders
{
    ValueTask<Order> GetAsync(int id, CancellationToken ct = default);
}

[Service("prices")]
public interface IPrices
{
    ValueTask BookAsync(Order order, CancellationToken ct = default);
}

public sealed class AuditLog
{
    public int Count => 0;

    public ValueTask AddAsync(StockChange change, CancellationToken ct) => default;
}

public sealed class Tokens
{
    public ValueTask<string?> GetAsync(string service, CancellationToken ct) => new((string?)null);
}

public static class Given
{
    public static HostApplicationBuilder builder => throw new NotSupportedException();

    public static IServiceProvider services => throw new NotSupportedException();

    public static IFan fan => throw new NotSupportedException();

    public static ICellar cellar => throw new NotSupportedException();

    public static IOrders orders => throw new NotSupportedException();

    public static IPrices prices => throw new NotSupportedException();

    public static PublicWinesSubscriber subscriber => throw new NotSupportedException();

    public static JsonElement arguments => throw new NotSupportedException();

    public static StockChange change => throw new NotSupportedException();

    public static Order order => throw new NotSupportedException();

    public static Tokens tokens => throw new NotSupportedException();

    public static NpgsqlConnection connection => throw new NotSupportedException();

    public static DbContext context => throw new NotSupportedException();

    public static int id => 7;

    public static int storeId => 42;

    public static IReadOnlyList<int> storeIds => [42, 43];

    public static CancellationToken ct => default;

    public static ValueTask LogAsync(string method, JsonElement arguments) => default;

    public static ValueTask InsertOrderAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Order order) => default;

    public static ValueTask ReserveAsync(
        System.Data.Common.DbConnection connection, System.Data.Common.DbTransaction transaction, Order order) => default;
}
