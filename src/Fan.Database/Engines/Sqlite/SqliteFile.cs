using System.Text.Json;
using Fan.Database.Schema;
using Fan.Sqlite.Files;
using Microsoft.Data.Sqlite;

namespace Fan.Database.Engines.Sqlite;

/// <summary>One connection to the file, and its statements, prepared once. Not safe for threads: its owner uses it from one loop.</summary>
internal sealed class SqliteFile : IDisposable
{
    private const int BusySeconds = 5;
    private const int MaxPrepared = 256;

    private readonly SqliteConnection _connection;
    private readonly Dialect _dialect;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    private SqliteFile(SqliteConnection connection, Dialect dialect) => (_connection, _dialect) = (connection, dialect);

    /// <exception cref="SqliteException">The file can't be used.</exception>
    /// <param name="path">The file.</param>
    /// <param name="dialect">How statements are written.</param>
    /// <param name="makeTables">Whether missing tables are made.</param>
    /// <param name="isDurable">
    /// Whether a commit is on the disk when it ends, through a power cut too; otherwise it outlives processes only.
    /// </param>
    /// <param name="clock">The time for the register of forms.</param>
    public static SqliteFile Open(string path, Dialect dialect, bool makeTables, bool isDurable, TimeProvider clock)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = new SqliteFile(Connect(path, pooling: false), dialect);
        try
        {
            file.Do("PRAGMA journal_mode = WAL");
            file.Do("PRAGMA synchronous = " + (isDurable ? "FULL" : "NORMAL"));
            using var transaction = file._connection.BeginTransaction(deferred: false);
            EnsureTables(file._connection, transaction, dialect, makeTables, path, clock);
            transaction.Commit();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static SqliteConnection Connect(string path, bool pooling)
    {
        var connection = Name(path, pooling);
        try
        {
            connection.Open();
            // The last of its file that is closed would delete the log by its name, and these stay open in the pool when another file has
            // that.
            if (pooling) StandingFile.LeaveLog(connection);
            // The library itself would look again for a lock only every 150 ms.
            using var patience = Command(connection, $"PRAGMA busy_timeout = {BusySeconds * 1000}", []);
            patience.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Lets go what waits in the pool: its file is not the one that has the name.</summary>
    public static void ClearPool(string path)
    {
        using var any = Name(path, pooling: true);
        SqliteConnection.ClearPool(any);
    }

    /// <inheritdoc cref="StandingFile.LeaveLog"/>
    public void LeaveLog() => StandingFile.LeaveLog(_connection);

    private static SqliteConnection Name(string path, bool pooling) =>
        new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            DefaultTimeout = BusySeconds,
            Pooling = pooling,
            ForeignKeys = true
        }.ToString());

    /// <summary>
    /// Makes the tables, or brings them to the form that this program knows. Two processes that both find none take turns: the transaction
    /// holds the only lock.
    /// </summary>
    public static void EnsureTables(
        SqliteConnection connection, SqliteTransaction transaction, Dialect dialect, bool makeTables, string path, TimeProvider clock)
    {
        var version = 0;
        if (Scalar("SELECT 1 FROM sqlite_schema WHERE name = 'fan_versions'") is not null)
        {
            version = Convert.ToInt32(Scalar("SELECT coalesce(max(version), 0) FROM fan_versions"));
            if (Convert.ToInt32(Scalar("SELECT coalesce(max(oldest_reader), 0) FROM fan_versions")) > SchemaVersion.Newest)
            {
                throw new SqliteException(
                    $"Fan's tables in '{path}' were made by a later Fan (form {version}, " +
                    $"this one knows {SchemaVersion.Newest}): update this process",
                    1);
            }
        }

        if (version >= SchemaVersion.Newest)
        {
            if (IsThere([.. SchemaVersion.Tables])) return;
            version = 0;
        }

        if (!makeTables)
        {
            throw new SqliteException(
                $"Fan's tables in '{path}' have not the form {SchemaVersion.Newest}, and Fan:Database:MakeTables is false", 1);
        }

        Scalar(dialect.Translate(SchemaVersion.Register));
        var lostQueues = !IsThere("queues");
        if (lostQueues) Scalar("DROP TABLE IF EXISTS fan_consumers");

        foreach (var next in SchemaVersion.All.Where(next => next.Number > version))
        {
            foreach (var statement in next.Statements) Scalar(dialect.Translate(statement));
            Scalar(
                "INSERT OR IGNORE INTO fan_versions " +
                $"VALUES ({next.Number}, {next.OldestReader}, {clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000})");
        }

        // What is left of those that were there keeps its number, and no other queue gets it.
        if (lostQueues)
        {
            Scalar(dialect.Translate($"INSERT INTO sqlite_sequence (name, seq) SELECT 'fan_queues', ({QueueTables.HighestNumber})"));
        }

        bool IsThere(params string[] tables) =>
            Convert.ToInt32(
                Scalar(
                    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' " +
                    $"AND name IN ({string.Join(", ", tables.Select(table => $"'fan_{table}'"))})")) == tables.Length;

        object? Scalar(string sql)
        {
            using var command = Command(connection, sql, []);
            command.Transaction = transaction;
            return command.ExecuteScalar();
        }
    }

    /// <summary>Does several scripts in one transaction; one that fails is undone and the others stand.</summary>
    public void Run(List<SqliteWork> together)
    {
        using var transaction = _connection.BeginTransaction(deferred: together.TrueForAll(work => work.Script.IsReading));
        foreach (var work in together)
        {
            if (together.Count > 1) transaction.Save("one");
            try
            {
                foreach (var statement in work.Script.Statements)
                {
                    var command = Prepared(statement);
                    command.Transaction = transaction;
                    Execute(command, statement);
                }

                if (together.Count > 1) transaction.Release("one");
            }
            catch (Exception error) when (together.Count > 1)
            {
                transaction.Rollback("one");
                work.Error = error;
            }
        }

        transaction.Commit();
    }

    public static SqliteCommand Command(SqliteConnection connection, string sql, IReadOnlyList<DbValue> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Count; i++) command.Parameters.Add(new SqliteParameter($"${i + 1}", ValueOf(values[i])));
        return command;
    }

    public static void Execute(SqliteCommand command, Statement statement)
    {
        if (!statement.HasRows)
        {
            statement.Affected = command.ExecuteNonQuery();
            return;
        }

        using var reader = command.ExecuteReader();
        while (reader.Read()) statement.Read(reader);
        statement.Affected = reader.RecordsAffected;
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepared(Statement statement)
    {
        if (!_prepared.TryGetValue(statement.Sql, out var command))
        {
            command = Command(_connection, _dialect.Translate(statement.Sql), statement.Values);
            if (_prepared.Count < MaxPrepared) _prepared[statement.Sql] = command;
            return command;
        }

        for (var i = 0; i < statement.Values.Count; i++) command.Parameters[i].Value = ValueOf(statement.Values[i]);
        return command;
    }

    private void Do(string sql)
    {
        using var command = Command(_connection, sql, []);
        command.ExecuteNonQuery();
    }

    private static object ValueOf(DbValue value) => value switch
    {
        { Value: null } => DBNull.Value,
        { Kind: DbKind.Bytes } => ((ReadOnlyMemory<byte>)value.Value).ToArray(),
        { Kind: DbKind.Numbers } => "[" + string.Join(',', (long[])value.Value) + "]",
        { Kind: DbKind.Texts } =>
            "[" + string.Join(',', ((string[])value.Value).Select(text => $"\"{JsonEncodedText.Encode(text)}\"")) + "]",
        _ => value.Value,
    };
}
