using Fan.Database.Tests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Fan.Database.Tests.Transactions;

public sealed class Order
{
    public required string Name { get; init; }
}

public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("orders").HasKey(one => one.Name);
            order.Property(one => one.Name).HasColumnName("name");
        });
    }
}

/// <summary>Pushes in the transactions of Entity Framework Core.</summary>
public abstract class EntityFrameworkTests : TransactionTest
{
    [Fact]
    public async Task What_is_saved_and_what_is_pushed_happen_both_or_not_at_all()
    {
        await StartWarehouseAsync();
        var shop = await StartAsync("shop");
        await using var context = Connect();
        context.Orders.Add(new Order { Name = "one" });
        await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAndPushAsync(async token =>
        {
            await shop.Fan.Get<IWarehouse>().OrderedAsync("one", token);
            throw new InvalidOperationException("after the push");
        }));
        Assert.Empty(await Place.OrdersAsync());
        // It knows still what is to be saved.
        Assert.Equal(
            1, await context.SaveChangesAndPushAsync(async token => await shop.Fan.Get<IWarehouse>().OrderedAsync("again", token)));
        await HandledAsync(1);
        Assert.Equal(["again"], Warehouse.Orders);
        Assert.Equal(["one"], await Place.OrdersAsync());
    }

    [Fact]
    public async Task A_transaction_of_the_context_takes_pushes_along()
    {
        await StartWarehouseAsync();
        var shop = await StartAsync("shop");
        await using var context = Connect();
        Assert.Throws<InvalidOperationException>(() => context.Database.UseForPushes());
        foreach (var (name, commits) in ((string, bool)[])[("undone", false), ("done", true)])
        {
            await using var transaction = await context.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await context.Database.ExecuteSqlAsync($"INSERT INTO orders VALUES ({name})", TestContext.Current.CancellationToken);
            using (context.Database.UseForPushes()) await shop.Fan.Get<IWarehouse>().OrderedAsync(name);
            if (commits) await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        await HandledAsync(1);
        Assert.Equal(["done"], Warehouse.Orders);
        Assert.Equal(["done"], await Place.OrdersAsync());
    }

    protected abstract void Use(DbContextOptionsBuilder<ShopContext> options, string connectionString);

    private ShopContext Connect()
    {
        var options = new DbContextOptionsBuilder<ShopContext>();
        using var connection = Place.Connect();
        Use(options, connection.ConnectionString);
        return new ShopContext(options.Options);
    }
}

public sealed class PostgresEntityFrameworkTests(PostgresServers servers) : EntityFrameworkTests
{
    protected override async Task<ShopPlace> CreatePlaceAsync() => await PostgresPlace.CreateAsync(await servers.SharedAsync());

    protected override void Use(DbContextOptionsBuilder<ShopContext> options, string connectionString) =>
        options.UseNpgsql(connectionString, npgsql => npgsql.EnableRetryOnFailure());
}

public sealed class SqliteEntityFrameworkTests : EntityFrameworkTests
{
    protected override Task<ShopPlace> CreatePlaceAsync() => SqlitePlace.CreateAsync();

    protected override void Use(DbContextOptionsBuilder<ShopContext> options, string connectionString) =>
        options.UseSqlite(connectionString);
}
