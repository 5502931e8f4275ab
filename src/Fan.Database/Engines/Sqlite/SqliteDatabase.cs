using System.Data.Common;
using System.Threading.Channels;
using Fan.Sqlite.Files;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Fan.Database.Engines.Sqlite;

/// <summary>
/// A SQLite file. One loop owns the connection; scripts that wait at the same time share a commit, and so one flush of the disk. Safe from
/// any thread.
/// </summary>
internal sealed class SqliteDatabase : IDatabase
{
    private const int MaxWaiting = 4096;
    private const int MaxTogether = 256;

    private readonly string _path;
    private readonly bool _makeTables;
    private readonly bool _isDurable;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StandingFile _standing;
    private readonly Dialect _dialect = Dialect.ForSqlite();
    private readonly Channel<SqliteWork> _work = Channel.CreateBounded<SqliteWork>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly ListenerTable _listeners = new();
    private readonly Lock _gate = new();
    private SqliteFile? _file;
    private FileSignal? _signal;
    private Task? _loop;
    private bool _isDisposed;
    private bool _isLost;
    private string? _trouble;

    public SqliteDatabase(string path, bool makeTables, bool isDurable, TimeProvider clock, ILogger logger)
    {
        (_path, _makeTables, _isDurable, _clock, _logger) = (path, makeTables, isDurable, clock, logger);
        _standing = new StandingFile(path);
        DisplayName = $"SQLite file '{path}'";
    }

    public string DisplayName { get; }

    public string? Trouble => Volatile.Read(ref _trouble);

    private string TakenAway => $"The {DisplayName} was removed or replaced while it was in use";

    public bool TellsChannelsApart => false;

    public bool IsAboutStatement(Exception error) => SqliteErrors.IsAboutStatement(error);

    public async Task RunAsync(Script script, CancellationToken cancellationToken)
    {
        Start();
        var work = new SqliteWork(script, cancellationToken);
        try
        {
            await _work.Writer.WriteAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException error)
        {
            throw new ObjectDisposedException("The database was disposed.", error);
        }

        try
        {
            // Begun, it is done in a moment; whether it was begun at all its own token says.
            await work.Done.ConfigureAwait(false);
        }
        catch (SqliteException error)
        {
            throw Explain(script.Service, error);
        }
        catch (LostFileException error)
        {
            throw new ServiceUnavailableException(script.Service, error.Message, error);
        }
    }

    // Its rings need nothing here: whoever commits writes the log, which everybody watches.
    public Task RunWithinAsync(Script script, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (transaction is not SqliteTransaction own)
        {
            throw new ArgumentException(
                $"Pushes go to the {DisplayName}: the transaction must be a SqliteTransaction of it; it is a {transaction.GetType().Name}.",
                nameof(transaction));
        }

        if (own.Connection is not { } connection) throw new ArgumentException("The transaction has ended.", nameof(transaction));
        if (Path.GetFullPath(connection.DataSource) != _path)
        {
            throw new ArgumentException(
                $"Pushes go to the {DisplayName}; the transaction is of '{connection.DataSource}'.", nameof(transaction));
        }

        Start();
        try
        {
            SqliteFile.EnsureTables(connection, own, _dialect, _makeTables, _path, _clock);
            foreach (var statement in script.Statements)
            {
                using var command = SqliteFile.Command(connection, _dialect.Translate(statement.Sql), statement.Values);
                command.Transaction = own;
                SqliteFile.Execute(command, statement);
            }
        }
        catch (SqliteException error)
        {
            throw Explain(script.Service, error);
        }

        return Task.CompletedTask;
    }

    public async Task<DbTransaction> BeginAsync(string service, CancellationToken cancellationToken)
    {
        Start();
        // Opening one of that name now would make it, beside the one that all processes are to meet on.
        if (_standing.WasTakenAway) throw new ServiceUnavailableException(service, TakenAway + ".");
        try
        {
            return await Task.Run<DbTransaction>(
                () => SqliteFile.Connect(_path, pooling: true).BeginTransaction(deferred: false), cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException error)
        {
            throw Explain(service, error);
        }
    }

    public IDisposable Listen(string channel, Action ring)
    {
        Start();
        return _listeners.Add(channel, ring);
    }

    // The file tells the others; they can't tell the channels apart.
    public void Ring(string channel)
    {
        _listeners.Ring(channel);
        _signal?.Ring();
    }

    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            loop = _loop;
        }

        _work.Writer.TryComplete();
        if (loop is not null) await loop.ConfigureAwait(false);
        _signal?.Dispose();
        if (_standing.WasTakenAway) _file?.LeaveLog();
        _file?.Dispose();
    }

    private void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_loop is not null) return;
            using (ExecutionContext.SuppressFlow()) _loop = Task.Run(RunLoopAsync);
            _signal = new FileSignal(_path, FileSignal.Writes, _clock, _listeners.RingAll);
        }
    }

    private async Task RunLoopAsync()
    {
        var together = new List<SqliteWork>(MaxTogether);
        while (await _work.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (together.Count < MaxTogether && _work.Reader.TryRead(out var work))
            {
                if (work.Begin()) together.Add(work);
            }

            if (together.Count > 0) RunTogether(together);
            together.Clear();
        }
    }

    private void RunTogether(List<SqliteWork> together)
    {
        try
        {
            RunOnce(together);
            if (together.Find(work => SqliteErrors.IsNoTable(work.Error)) is { Error: { } missing }) throw missing;
        }
        catch (Exception error)
        {
            GiveUp(error);
            if (!SqliteErrors.IsNoTable(error))
            {
                together.ForEach(work => work.Fail(error));
                return;
            }

            if (!RunAgain(together)) return;
        }

        foreach (var work in together)
        {
            work.End();
            if (work.Error is null)
            {
                foreach (var channel in work.Script.Rings) Ring(channel);
            }
        }
    }

    private void RunOnce(List<SqliteWork> together)
    {
        RequireFile();
        if (_file is null) Open();
        _file!.Run(together);
        // What was committed to a file that had gone by then is nobody's.
        RequireFile();
        Volatile.Write(ref _trouble, null);
    }

    private void Open()
    {
        _file = SqliteFile.Open(_path, _dialect, _makeTables, _isDurable, _clock);
        _standing.Opened();
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
        _standing.Closed();
    }

    // What was removed, replaced or emptied under the processes that have it open would go on in each of them apart from what others see.
    private void RequireFile()
    {
        if (!_isLost && !_standing.WasTakenAway) return;
        _isLost = true;
        Volatile.Write(ref _trouble, TakenAway);
        try
        {
            _standing.OpenAnew(OpenInstead, error => error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LostFileException($"{TakenAway}, and can't be opened anew yet: {error.Message}", error);
        }

        _isLost = false;
        SqliteLog.FileReplaced(_logger, _path, _isDurable ? "queues" : "calls");
        lock (_gate)
        {
            _signal?.Dispose();
            _signal = new FileSignal(_path, FileSignal.Writes, _clock, _listeners.RingAll);
        }

        throw new LostFileException($"{TakenAway}; what stands there now is open, and whether this was written is unknown.", null);
    }

    private bool OpenInstead()
    {
        _file?.LeaveLog();
        Close();
        SqliteFile.ClearPool(_path);
        Open();
        return true;
    }

    // Opening makes what is missing.
    private bool RunAgain(List<SqliteWork> together)
    {
        var failed = together.FindAll(work => together.Count == 1 || work.Error is not null);
        foreach (var work in failed)
        {
            work.Error = null;
            work.Script.Reset();
        }

        try
        {
            RunOnce(failed);
            return true;
        }
        catch (Exception error)
        {
            GiveUp(error);
            foreach (var work in together)
            {
                if (failed.Contains(work)) work.Fail(error);
                else work.End();
            }

            return false;
        }
    }

    // What can't be rolled back can't be gone on with. One that was taken away stays open until another one is: its log is known by that.
    private void GiveUp(Exception error)
    {
        if (error is not LostFileException && !_standing.WasTakenAway) Close();
    }

    private ServiceUnavailableException Explain(string service, SqliteException error)
    {
        var text = SqliteErrors.Describe(_path, error);
        Volatile.Write(ref _trouble, text);
        return new ServiceUnavailableException(service, text, error);
    }
}
