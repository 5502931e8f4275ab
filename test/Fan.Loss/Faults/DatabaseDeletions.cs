using System.Data.Common;
using Fan.Loss.Accounting;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Fan.Loss.Faults;

/// <summary>What an administrator does to the tables of queues, in one transaction with the look at what is in them.</summary>
internal static class DatabaseDeletions
{
    private static readonly (string What, string Sql)[] Acts =
    [
        ("the rows of the queue's messages", "DELETE FROM fan.messages"),
        (
            "the row of the queue",
            "DELETE FROM fan.messages; DELETE FROM fan.dead_letters; DELETE FROM fan.handled; DELETE FROM fan.consumers; DELETE " +
            "FROM fan.queues"),
        ("the table of messages", "DROP TABLE fan.messages"),
        (
            "all tables of queues",
            "DROP TABLE fan.messages; DROP TABLE fan.handled; DROP TABLE fan.dead_letters; " +
            "DROP TABLE fan.consumers; DROP TABLE fan.queues"),
    ];

    public static async Task<Deletion> OfPostgresAsync(string place, int turn)
    {
        while (true)
        {
            await using var connection = new NpgsqlConnection(place + ";Pooling=false");
            await connection.OpenAsync();
            try
            {
                return await RunAsync(
                    connection, turn, "LOCK TABLE fan.queues, fan.messages, fan.dead_letters IN ACCESS EXCLUSIVE MODE", sql => sql);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // Those who work with the tables lock them one by one: the administrator tries again.
            }
        }
    }

    public static async Task<Deletion> OfSqliteAsync(string path, int turn)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync();
        // An administrator's program has them off, and the first statement takes the lock.
        return await RunAsync(connection, turn, "PRAGMA foreign_keys = OFF", sql => sql.Replace("fan.", "fan_", StringComparison.Ordinal));
    }

    private static async Task<Deletion> RunAsync(DbConnection connection, int turn, string first, Func<string, string> translate)
    {
        var (what, sql) = Acts[turn % Acts.Length];
        var counted = Moments.Now();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = first;
        await command.ExecuteNonQueryAsync();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in sql.Contains("dead_letters", StringComparison.Ordinal)
            ? (string[])["messages", "dead_letters"]
            : ["messages"])
        {
            command.CommandText = translate($"SELECT message_id FROM fan.{table}");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) ids.Add(reader.GetString(0));
        }

        command.CommandText = translate(sql);
        await command.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return new Deletion(what, counted, Moments.Now(), ids.Count, ids);
    }
}
