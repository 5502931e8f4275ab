using Fan.Database.Schema;
using Npgsql;

namespace Fan.Database.Engines.Postgres;

/// <summary>
/// Makes the tables, or brings them to the form that this program knows, once. Safe from any thread, and beside other processes that do the
/// same.
/// </summary>
internal sealed class PostgresSchema(
    NpgsqlDataSource source, Dialect dialect, bool makeTables, string place, TimeProvider clock) : IDisposable
{
    // Any number that others are not likely to have for theirs: "fan" in ASCII.
    private const long AdvisoryLock = 0x66616e;

    private readonly SemaphoreSlim _gate = new(1);
    private volatile bool _isThere;

    private static readonly string[] Names = [.. SchemaVersion.Tables, "places"];

    private static readonly string[] Extras =
    [
        "CREATE SEQUENCE IF NOT EXISTS fan.places",
        // One that is made anew goes on after what is there.
        "SELECT setval('fan.places', greatest(nextval('fan.places'), (SELECT coalesce(max(place), 0) + 1 FROM fan.messages)))",
        // Rows live for moments: they are swept as soon as some have gone, and updated within their page.
        "ALTER TABLE fan.messages SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, " +
        "autovacuum_vacuum_cost_delay = 0)",
        "ALTER TABLE fan.consumers SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)",
    ];

    public ValueTask EnsureAsync(CancellationToken cancellationToken) => _isThere ? default : new(EnsureSlowlyAsync(cancellationToken));

    /// <summary>Looks again at the next use: a table was not there.</summary>
    public void Forget() => _isThere = false;

    public void Dispose() => _gate.Dispose();

    private async Task EnsureSlowlyAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isThere) return;
            var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var connectionEnding = connection.ConfigureAwait(false);
            // Who may only use the tables never asks for more than that.
            if (await VersionAsync(connection, cancellationToken).ConfigureAwait(false) < SchemaVersion.Newest)
            {
                await MakeAsync(connection, cancellationToken).ConfigureAwait(false);
            }

            _isThere = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!makeTables)
        {
            throw new NpgsqlException(
                $"its schema 'fan' has not the form {SchemaVersion.Newest}, and Fan:Database:MakeTables is false: " +
                "let a process with the right to do so make it.");
        }

        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var transactionEnding = transaction.ConfigureAwait(false);
        await DoAsync($"SELECT pg_advisory_xact_lock({AdvisoryLock})").ConfigureAwait(false);
        var lostQueues = false;
        if (await VersionAsync(connection, cancellationToken).ConfigureAwait(false) is var version && version == 0)
        {
            await DoAsync("CREATE SCHEMA IF NOT EXISTS fan").ConfigureAwait(false);
            await DoAsync(SchemaVersion.Register).ConfigureAwait(false);
            lostQueues = !await IsThereAsync(connection, ["queues"], cancellationToken).ConfigureAwait(false);
            if (lostQueues) await DoAsync("DROP TABLE IF EXISTS fan.consumers").ConfigureAwait(false);
        }

        foreach (var next in SchemaVersion.All.Where(next => next.Number > version))
        {
            foreach (var statement in next.Statements) await DoAsync(dialect.Translate(statement)).ConfigureAwait(false);
            await DoAsync(
                $"INSERT INTO fan.versions VALUES ({next.Number}, {next.OldestReader}, " +
                $"{clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000}) ON CONFLICT (version) DO NOTHING").ConfigureAwait(false);
        }

        if (lostQueues)
        {
            // What is left of those that were there keeps its number, and no other queue gets it.
            await DoAsync(
                "SELECT setval(pg_get_serial_sequence('fan.queues', 'id'), greatest(1, " +
                $"({QueueTables.HighestNumber}) + 1), false)").ConfigureAwait(false);
            foreach (var table in QueueTables.Kept)
            {
                await DoAsync(
                    $"ALTER TABLE fan.{table} DROP CONSTRAINT IF EXISTS {table}_queue_id_fkey, " +
                    $"ADD CONSTRAINT {table}_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES fan.queues (id) ON " +
                    "DELETE CASCADE NOT VALID").ConfigureAwait(false);
            }
        }

        foreach (var extra in Extras) await DoAsync(extra).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);

        async Task DoAsync(string sql)
        {
            var command = new NpgsqlCommand(sql, connection, transaction);
            await using var commandEnding = command.ConfigureAwait(false);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // to_regclass would not do: after the wait for the lock it may still remember that there is no such schema.
    private static async Task<bool> IsThereAsync(NpgsqlConnection connection, string[] names, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'fan' " +
            "AND c.relname = ANY($1)",
            connection);
        await using var commandEnding = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is long count && count == names.Length;
    }

    /// <summary>The form of the tables; 0 where there is none, or some of it is missing.</summary>
    private async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(connection, ["versions"], cancellationToken).ConfigureAwait(false)) return 0;
        var command = new NpgsqlCommand("SELECT version, oldest_reader FROM fan.versions ORDER BY version DESC LIMIT 1", connection);
        await using var commandEnding = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var readerEnding = reader.ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return 0;
        var (version, oldest) = (reader.GetInt32(0), reader.GetInt32(1));
        await reader.DisposeAsync().ConfigureAwait(false);
        if (oldest <= SchemaVersion.Newest)
        {
            return version < SchemaVersion.Newest || await IsThereAsync(connection, Names, cancellationToken).ConfigureAwait(false)
                ? version
                : 0;
        }

        throw new NpgsqlException(
            $"the tables in the {place} were made by a later Fan (form {version}, " +
            $"this one knows {SchemaVersion.Newest}): update this process.");
    }
}
