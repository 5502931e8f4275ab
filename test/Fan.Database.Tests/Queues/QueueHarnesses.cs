using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Database.Engines;
using Fan.Database.Queues;
using Fan.Database.Tests.Servers;
using Fan.Queues;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fan.Database.Tests.Queues;

/// <summary>Opens transports as processes of their own would.</summary>
internal abstract class DatabaseQueueHarness : IDurableQueueHarness
{
    private readonly List<(IDatabase Database, DatabaseQueueTransport Transport)> _opened = [];

    public abstract FanDatabaseOptions Options { get; }

    /// <summary>What the transports write into their log.</summary>
    public WrittenText Log { get; } = new();

    public Task<IQueueTransport> OpenAsync()
    {
        var database = DatabaseFactory.Create(Options, TimeProvider.System, new LoggerFactory([Log]).CreateLogger("Fan.Database"));
        var transport = new DatabaseQueueTransport(
            database,
            Microsoft.Extensions.Options.Options.Create(Options),
            TimeProvider.System,
            new LoggerFactory([Log]).CreateLogger<DatabaseQueueTransport>());
        _opened.Add((database, transport));
        return Task.FromResult<IQueueTransport>(transport);
    }

    public Task CrashAsync(IQueueTransport transport)
    {
        ((DatabaseQueueTransport)transport).Crash();
        return Task.CompletedTask;
    }

    public abstract Task RestartAsync();

    /// <summary>
    /// Does something to the tables, which are written as <c>fan.name</c>, behind the back of all; the first column of the first row.
    /// </summary>
    public abstract Task<object?> ExecuteAsync(string sql);

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var (database, transport) in _opened)
        {
            await transport.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}

internal sealed class PostgresQueueHarness(PostgresServer server, string? place = null) : DatabaseQueueHarness
{
    public override FanDatabaseOptions Options { get; } = new() { Postgres = place ?? server.ConnectionString };

    public override async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Options.Postgres);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public override async Task RestartAsync()
    {
        await server.KillAsync();
        await server.StartAsync();
    }
}

internal sealed class SqliteQueueHarness : DatabaseQueueHarness
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fan-queues-");

    public string Folder => _folder.FullName;

    public SqliteQueueHarness() => Options = new FanDatabaseOptions { Sqlite = Path.Combine(_folder.FullName, "queues.db") };

    public override FanDatabaseOptions Options { get; }

    // There is no server: what dies is whoever has the file open, in the middle of whatever it does to it.
    public override async Task RestartAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Options.Sqlite};Pooling=false");
        await connection.OpenAsync();
        await using var lockingOut = connection.BeginTransaction(deferred: false);
        await lockingOut.RollbackAsync();
    }

    public override async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Options.Sqlite};Pooling=false;Default Timeout=20");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("fan.", "fan_", StringComparison.Ordinal);
        return await command.ExecuteScalarAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
