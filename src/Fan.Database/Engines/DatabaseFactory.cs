using Fan.Database.Engines.Postgres;
using Fan.Database.Engines.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fan.Database.Engines;

/// <summary>Makes the database that the settings name. Nothing is connected yet.</summary>
internal static class DatabaseFactory
{
    public static IDatabase Create(FanDatabaseOptions options, TimeProvider clock, ILogger? logger = null)
    {
        if (options.Sqlite is { } path)
        {
            return new SqliteDatabase(Path.GetFullPath(path), options.MakeTables, isDurable: true, clock, logger ?? NullLogger.Instance);
        }

        var source = options.DataSource ?? CreateSource(options);
        return new PostgresDatabase(
            source,
            isOwner: options.DataSource is null,
            options.MakeTables,
            options.MaxConnections,
            options.OperationTimeout,
            clock,
            logger ?? NullLogger.Instance);
    }

    /// <summary>The database as calls use it: a SQLite file by a connection of their own, which does not wait for the disk.</summary>
    public static IDatabase CreateForCalls(FanDatabaseOptions options, IDatabase shared, TimeProvider clock, ILogger logger) =>
        options.Sqlite is { } path
            ? new SqliteDatabase(Path.GetFullPath(path), options.MakeTables, isDurable: false, clock, logger)
            : shared;

    private static NpgsqlDataSource CreateSource(FanDatabaseOptions options)
    {
        var parts = new NpgsqlConnectionStringBuilder(options.Postgres);
        if (options.Password is { } password) parts.Password = password;
        parts.ApplicationName ??= "fan";
        // What the application's string says about these wins: behind a pooler statements can't stay prepared.
        if (!parts.ContainsKey("Max Auto Prepare")) parts.MaxAutoPrepare = 100;
        if (!parts.ContainsKey("Keepalive")) parts.KeepAlive = 30;
        // To ask for the end of a statement takes a connection more, which a server that answers nothing does not give.
        if (!parts.ContainsKey("Cancellation Timeout")) parts.CancellationTimeout = -1;
        if (!parts.ContainsKey("Timeout")) parts.Timeout = Math.Max(1, (int)options.OperationTimeout.TotalSeconds);
        var builder = new NpgsqlSlimDataSourceBuilder(parts.ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        builder.EnableIntegratedSecurity();
        return builder.Build();
    }
}
