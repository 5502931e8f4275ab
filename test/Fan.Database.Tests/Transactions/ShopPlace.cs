using System.Data.Common;
using Fan.Database.Tests.Servers;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Fan.Database.Tests.Transactions;

/// <summary>A database of an application, with a table of its own in it.</summary>
public abstract class ShopPlace : IAsyncDisposable
{
    /// <summary>Tells the route where it is.</summary>
    public abstract void Configure(FanDatabaseOptions options);

    public abstract DbConnection Connect();

    public abstract ValueTask DisposeAsync();

    public async Task DoAsync(DbConnection connection, DbTransaction? transaction, string sql)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The orders that were committed.</summary>
    public async Task<IReadOnlyList<string>> OrdersAsync()
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM orders ORDER BY name";
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    }

    protected async Task MakeTableAsync()
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await DoAsync(connection, null, "CREATE TABLE orders (name text NOT NULL)");
    }
}

internal sealed class PostgresPlace(string connectionString) : ShopPlace
{
    public static async Task<ShopPlace> CreateAsync(PostgresServer server)
    {
        var place = new PostgresPlace(await server.CreateDatabaseAsync());
        await place.MakeTableAsync();
        return place;
    }

    public override void Configure(FanDatabaseOptions options) => options.Postgres = connectionString;

    public override DbConnection Connect() => new NpgsqlConnection(connectionString);

    public override ValueTask DisposeAsync() => default;
}

internal sealed class SqlitePlace : ShopPlace
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-shop-");

    private string File => Path.Combine(_folder.FullName, "shop.db");

    public static async Task<ShopPlace> CreateAsync()
    {
        var place = new SqlitePlace();
        await place.MakeTableAsync();
        return place;
    }

    public override void Configure(FanDatabaseOptions options) => options.Sqlite = File;

    public override DbConnection Connect() => new SqliteConnection($"Data Source={File};Pooling=false");

    public override ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return default;
    }
}
