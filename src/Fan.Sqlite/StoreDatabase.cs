using Fan.Coordination;
using Fan.Sqlite.Files;
using Microsoft.Data.Sqlite;

namespace Fan.Sqlite;

/// <summary>One connection to the file, and its statements, prepared once. Not safe for threads: its owner uses it from one loop.</summary>
internal sealed class StoreDatabase : IDisposable
{
    private const int ApplicationId = 0x46414E31;
    private const int SchemaVersion = 1;
    private const int BusySeconds = 3;

    // Numbers of transactions and sessions begin with the time, so that those of a file that takes the place of another one are not those
    // of that one, and fencing tokens go on growing.
    private const string Schema = """
        CREATE TABLE nodes (
            path TEXT PRIMARY KEY NOT NULL, parent TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, version INTEGER NOT NULL,
            owner INTEGER NOT NULL,
            created INTEGER NOT NULL, modified INTEGER NOT NULL, container INTEGER NOT NULL, children INTEGER NOT NULL,
            next_sequence INTEGER NOT NULL) WITHOUT ROWID;
        CREATE UNIQUE INDEX nodes_by_parent ON nodes (parent, name);
        CREATE INDEX nodes_by_owner ON nodes (owner) WHERE owner <> 0;
        CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, path TEXT NOT NULL);
        CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, renewals INTEGER NOT NULL, lease_ms INTEGER NOT NULL,
            boot TEXT NOT NULL, space TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL);
        CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);
        INSERT INTO head VALUES (1, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER));
        INSERT INTO sqlite_sequence SELECT 'sessions', number FROM head;
        INSERT INTO nodes VALUES ('/', '', '', x'', 0, 0, 0, 0, 0, 0, 0);
        """;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private SqliteTransaction? _transaction;

    private StoreDatabase(SqliteConnection connection) => _connection = connection;

    /// <exception cref="SqliteException">The file can't be used.</exception>
    /// <exception cref="StoreUnavailableException">It is somebody else's database, or of a later version.</exception>
    public static StoreDatabase Open(string path)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = BusySeconds, Pooling = false }.ToString());
        var database = new StoreDatabase(connection);
        try
        {
            connection.Open();
            database.Run($"PRAGMA busy_timeout = {BusySeconds * 1000}");
            database.Run("PRAGMA journal_mode = WAL");
            // A power cut may take the last commits along, never half of one; sessions do not outlive it anyway.
            database.Run("PRAGMA synchronous = NORMAL");
            database.Prepare(path);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public void Begin() => _transaction = _connection.BeginTransaction(deferred: false);

    /// <summary>Begins a transaction that reads one moment and takes no lock.</summary>
    public void BeginRead() => _transaction = _connection.BeginTransaction(deferred: true);

    public void Commit()
    {
        _transaction!.Commit();
        End();
    }

    public void Rollback()
    {
        if (_transaction is null) return;
        try
        {
            _transaction.Rollback();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Runs a statement; <c>$1</c>, <c>$2</c>… are the values in order.</summary>
    public int Run(string sql, params ReadOnlySpan<object> values) => Bind(sql, values).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<object> values) => Bind(sql, values).ExecuteScalar();

    public SqliteDataReader Query(string sql, params ReadOnlySpan<object> values) => Bind(sql, values).ExecuteReader();

    /// <inheritdoc cref="StandingFile.LeaveLog"/>
    public void LeaveLog() => StandingFile.LeaveLog(_connection);

    public void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        _transaction?.Dispose();
        _connection.Dispose();
    }

    private void End()
    {
        _transaction?.Dispose();
        _transaction = null;
    }

    private void Prepare(string path)
    {
        // Two processes may both find an empty file: the second one waits here and finds it made.
        Begin();
        var owner = Convert.ToInt32(Scalar("PRAGMA application_id"));
        var version = Convert.ToInt32(Scalar("PRAGMA user_version"));
        var isEmpty = Convert.ToInt32(Scalar("SELECT count(*) FROM sqlite_schema")) == 0;
        if (isEmpty)
        {
            Run(Schema);
            Run($"PRAGMA application_id = {ApplicationId}");
            Run($"PRAGMA user_version = {SchemaVersion}");
        }
        else if (owner != ApplicationId)
        {
            throw new StoreUnavailableException($"The file '{path}' is a database of something else: name another one.");
        }
        else if (version > SchemaVersion)
        {
            throw new StoreUnavailableException(
                $"The store file '{path}' was written by a later Fan (form {version}, " +
                $"this one knows {SchemaVersion}): update this process.");
        }

        Commit();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter($"${i + 1}", null));
            _prepared[sql] = command;
        }

        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        command.Transaction = _transaction;
        return command;
    }
}
