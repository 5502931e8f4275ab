using System.Text.Json;
using CrossProcess.Brokers;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CrossProcess.Contenders;

/// <summary>Pushes as a plain row each, in a transaction of its own. There are no calls: nobody writes those over tables by hand.</summary>
internal static class DatabaseInserts
{
    public static Contender Postgres(string name, Broker broker) =>
        new(name, () => Task.FromResult<Server>(new Table("")), async _ => await PostgresClient.StartAsync(broker.Address))
        {
            Broker = broker,
            Calls = false,
            Pushes = true,
        };

    public static Contender Sqlite(string name) =>
        new(name, () => Task.FromResult<Server>(new Table(Path.GetTempFileName())), path => Task.FromResult<Client>(new SqliteClient(path)))
        {
            Calls = false,
            Pushes = true,
        };

    private static byte[] Body(string text) => JsonSerializer.SerializeToUtf8Bytes(new EchoRequest(text), CellarJson.Default.EchoRequest);

    private sealed class Table(string path) : Server
    {
        public override string Address => path;

        public override ValueTask DisposeAsync()
        {
            foreach (var file in path.Length == 0 ? (string[])[] : [path, path + "-wal", path + "-shm"]) File.Delete(file);
            return default;
        }
    }

    private abstract class Inserts : Client
    {
        public sealed override ValueTask<string> EchoAsync(string text) => throw new NotSupportedException("It has no calls.");

        public sealed override ValueTask<int> RecordAsync() => throw new NotSupportedException("It has no calls.");
    }

    private sealed class PostgresClient(NpgsqlDataSource source) : Inserts
    {
        public static async Task<PostgresClient> StartAsync(string address)
        {
            // As many connections as Fan takes.
            var source = NpgsqlDataSource.Create(address + ";Maximum Pool Size=16;Max Auto Prepare=10");
            await using var make = source.CreateCommand(
                "CREATE TABLE IF NOT EXISTS raw_messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, " +
                "method text NOT NULL, body bytea NOT NULL)");
            await make.ExecuteNonQueryAsync();
            return new PostgresClient(source);
        }

        public override async ValueTask PushAsync(string text)
        {
            await using var insert = source.CreateCommand("INSERT INTO raw_messages (method, body) VALUES ($1, $2)");
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "note" });
            insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Body(text) });
            await insert.ExecuteNonQueryAsync();
        }

        public override async Task EmptyAsync()
        {
            await using var empty = source.CreateCommand("TRUNCATE raw_messages");
            await empty.ExecuteNonQueryAsync();
        }

        public override ValueTask DisposeAsync() => source.DisposeAsync();
    }

    /// <summary>One connection, as a file has one writer at a time; a commit is on the disk.</summary>
    private sealed class SqliteClient : Inserts
    {
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _insert;
        private readonly SemaphoreSlim _turn = new(1, 1);

        public SqliteClient(string path)
        {
            _connection = new SqliteConnection($"Data Source={path};Pooling=False");
            _connection.Open();
            Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE raw_messages (id INTEGER PRIMARY KEY, " +
                "method TEXT NOT NULL, body BLOB NOT NULL)");
            _insert = _connection.CreateCommand();
            _insert.CommandText = "INSERT INTO raw_messages (method, body) VALUES ('note', $body)";
            _insert.Parameters.Add("$body", SqliteType.Blob);
            _insert.Prepare();
        }

        public override async ValueTask PushAsync(string text)
        {
            var body = Body(text);
            await _turn.WaitAsync();
            try
            {
                _insert.Parameters[0].Value = body;
                _insert.ExecuteNonQuery();
            }
            finally
            {
                _turn.Release();
            }
        }

        public override Task EmptyAsync()
        {
            Run("DELETE FROM raw_messages");
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            _insert.Dispose();
            _connection.Dispose();
            _turn.Dispose();
            return default;
        }

        private void Run(string text)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = text;
            command.ExecuteNonQuery();
        }
    }
}
