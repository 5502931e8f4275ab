using System.Data;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Fan.Database.Engines.Postgres;

/// <summary>A PostgreSQL database. A script is one batch, and so one round trip. Safe from any thread.</summary>
internal sealed class PostgresDatabase : IDatabase
{
    // What two transactions did to each other is over with the second attempt; each is rolled back before the next.
    private const int MaxAttempts = 5;

    private readonly NpgsqlDataSource _source;
    private readonly bool _isOwner;
    private readonly TimeSpan _longest;
    private readonly int _maxConnections;
    private readonly SemaphoreSlim _connections;
    private readonly Dialect _dialect = Dialect.ForPostgres();
    private readonly PostgresSchema _schema;
    private readonly PostgresBell _bell;
    private readonly PostgresListener _listener;
    private string? _trouble;

    public PostgresDatabase(
        NpgsqlDataSource source,
        bool isOwner,
        bool makeTables,
        int maxConnections,
        TimeSpan operationTimeout,
        TimeProvider clock,
        ILogger logger)
    {
        (_source, _isOwner, _connections) = (source, isOwner, new SemaphoreSlim(maxConnections));
        (_longest, _maxConnections) = (operationTimeout, maxConnections);
        var place = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        DisplayName = $"PostgreSQL database '{place.Database ?? place.Username}' at {place.Host}:{place.Port}";
        _schema = new PostgresSchema(source, _dialect, makeTables, DisplayName, clock);
        _bell = new PostgresBell(source, SecondsOf(operationTimeout), clock, logger);
        _listener = new PostgresListener(source, SecondsOf(operationTimeout), clock, logger);
    }

    public string DisplayName { get; }

    public string? Trouble => Volatile.Read(ref _trouble);

    public bool TellsChannelsApart => true;

    public bool IsAboutStatement(Exception error) => PostgresErrors.IsAboutStatement(error);

    public async Task RunAsync(Script script, CancellationToken cancellationToken)
    {
        try
        {
            // Once, and for as long as old tables take to be brought up to date.
            await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
            await RunWithinTimeAsync(script, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _trouble, null);
        }
        catch (Exception error) when (PostgresErrors.IsOfDatabase(error) && !cancellationToken.IsCancellationRequested)
        {
            throw Explain(script.Service, error);
        }
    }

    public async Task RunWithinAsync(Script script, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (transaction is not NpgsqlTransaction own)
        {
            throw new ArgumentException(
                $"Pushes go to the {DisplayName}: the transaction must be an NpgsqlTransaction of it; " +
                $"it is a {transaction.GetType().Name}.",
                nameof(transaction));
        }

        if (own.Connection is not { } connection) throw new ArgumentException("The transaction has ended.", nameof(transaction));
        try
        {
            await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
            var batch = new NpgsqlBatch(connection, own);
            await using var batchEnding = batch.ConfigureAwait(false);
            if (!script.IsLong) batch.Timeout = SecondsOf(LimitOf(script));
            await ExecuteAsync(script, batch, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (PostgresErrors.IsOfDatabase(error) && !cancellationToken.IsCancellationRequested)
        {
            throw Explain(script.Service, error);
        }
    }

    public async Task<DbTransaction> BeginAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception error) when (PostgresErrors.IsOfDatabase(error) && !cancellationToken.IsCancellationRequested)
        {
            throw Explain(service, error);
        }
    }

    public IDisposable Listen(string channel, Action ring) => _listener.Listen(channel, ring);

    public void Ring(string channel) => _bell.Ring(channel);

    public async ValueTask DisposeAsync() => await LastWait.ForAsync(EndAsync).ConfigureAwait(false);

    private async Task EndAsync()
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _bell.DisposeAsync().ConfigureAwait(false);
        if (_isOwner) await _source.DisposeAsync().ConfigureAwait(false);
        _schema.Dispose();
        _connections.Dispose();
    }

    private async Task RunWithinTimeAsync(Script script, CancellationToken cancellationToken)
    {
        var limit = LimitOf(script);
        // Over all of it: the wait for a connection, connecting, and each attempt.
        var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit);
        var hasPermit = false;
        try
        {
            hasPermit = await _connections.WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!hasPermit) time.Dispose();
        }

        if (!hasPermit)
        {
            throw new TimeoutException(
                $"all {_maxConnections} connections ({nameof(FanDatabaseOptions.MaxConnections)}) were in use for " +
                $"{limit.TotalSeconds:0.#} s ({nameof(FanDatabaseOptions.OperationTimeout)})");
        }

        var running = RunWithPermitAsync(script, time);
        try
        {
            if (script.IsLong) await running.ConfigureAwait(false);
            else await running.WaitAsync(limit + _longest, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error)
            when (error is OperationCanceledException or TimeoutException or NpgsqlException { InnerException: TimeoutException }
                && !cancellationToken.IsCancellationRequested)
        {
            // Only where the server can't be reached to be told: then the library still waits to tell it, and breaks the connection after
            // that.
            if (!running.IsCompleted)
            {
                _ = running.ContinueWith(
                    static late => late.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }

            // The other connections that wait to be used may be as dead as this one.
            if (_isOwner) _source.Clear();
            throw new TimeoutException(
                $"it did not answer within {limit.TotalSeconds:0.#} s ({nameof(FanDatabaseOptions.OperationTimeout)})", error);
        }
    }

    // The connection counts as used until it is given back, also where nobody waits for it any more.
    private async Task RunWithPermitAsync(Script script, CancellationTokenSource time)
    {
        try
        {
            await RunOwnAsync(script, time.Token).ConfigureAwait(false);
        }
        finally
        {
            _connections.Release();
            time.Dispose();
        }
    }

    // Ends the statement at the server, so that nothing of it is committed that nobody waits for; else the connection is broken.
    private async Task RunOwnAsync(Script script, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using var connectionEnding = connection.ConfigureAwait(false);
                var batch = new NpgsqlBatch(connection);
                await using var batchEnding = batch.ConfigureAwait(false);
                if (!script.IsLong) batch.Timeout = SecondsOf(LimitOf(script));
                await ExecuteAsync(script, batch, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException error) when (attempt < MaxAttempts && PostgresErrors.MayBeTriedAgain(error))
            {
                script.Reset();
            }
            catch (PostgresException error) when (attempt == 1 && PostgresErrors.IsNoTable(error))
            {
                script.Reset();
                _schema.Forget();
                await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan LimitOf(Script script) => script.IsLong ? Timeout.InfiniteTimeSpan : _longest * script.Patience;

    private static int SecondsOf(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));

    private ServiceUnavailableException Explain(string service, Exception error)
    {
        var text = PostgresErrors.Describe(error, DisplayName);
        Volatile.Write(ref _trouble, text);
        return new ServiceUnavailableException(service, text, error);
    }

    private async Task ExecuteAsync(Script script, NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        foreach (var statement in script.Statements)
        {
            var command = new NpgsqlBatchCommand(_dialect.Translate(statement.Sql));
            foreach (var value in statement.Values) command.Parameters.Add(Parameter(value));
            batch.BatchCommands.Add(command);
        }

        foreach (var channel in script.Rings)
        {
            var ring = new NpgsqlBatchCommand("SELECT pg_notify($1, '')");
            ring.Parameters.Add(Parameter(channel));
            batch.BatchCommands.Add(ring);
        }

        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var readerEnding = reader.ConfigureAwait(false);
        foreach (var statement in script.Statements.Where(statement => statement.HasRows))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) statement.Read(reader);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }

        while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        for (var i = 0; i < script.Statements.Count; i++) script.Statements[i].Affected = batch.BatchCommands[i].RecordsAffected;
    }

    private static NpgsqlParameter Parameter(DbValue value) => new()
    {
        Value = value.Value ?? DBNull.Value,
        NpgsqlDbType = value.Kind switch
        {
            DbKind.Text => NpgsqlDbType.Text,
            DbKind.Number => NpgsqlDbType.Bigint,
            DbKind.Bytes => NpgsqlDbType.Bytea,
            DbKind.Numbers => NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            _ => NpgsqlDbType.Array | NpgsqlDbType.Text,
        },
    };
}
