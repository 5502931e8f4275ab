using Fan.Coordination;
using Microsoft.Data.Sqlite;

namespace Fan.Sqlite;

/// <summary>The file of a store, open: its connection, and whether it still is the one that stands under its name. Not safe for threads: its owner uses it from one loop.</summary>
/// <param name="path">The file.</param>
/// <param name="lease">The time of the session.</param>
/// <param name="clock">For the leases of others.</param>
internal sealed class SqliteFile(string path, TimeSpan lease, TimeProvider clock)
{
    private SqliteDatabase? _database;
    private SqliteTree? _tree;
    private SqliteSessions? _sessions;
    private string? _mark;
    private string? _logMark;

    /// <summary>Whether opening it makes nothing.</summary>
    public bool MustExist { get; init; }

    /// <summary>Whether it is the file that is used where nobody names a store: no other user gets at it.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The nodes.</summary>
    public SqliteTree Tree => _tree ?? throw Closed();

    /// <summary>The sessions.</summary>
    public SqliteSessions Sessions => _sessions ?? throw Closed();

    /// <summary>Whether it is not open, or another file stands under its name, or none, or one that was emptied: what is written to it would be lost.</summary>
    public bool IsLost => _mark is null || FileIdentity.Of(path) is not { Bytes: > 0 } now || now.Mark != _mark
        // Somebody has taken its log for that of a file from before.
        || (_logMark is not null && FileIdentity.Of(LogPath)?.Mark != _logMark);

    private string LogPath => path + "-wal";

    // Whose the log is that stands beside the file: it has the name of the file, whichever that is.
    private string OwnerPath => path + "-of";

    /// <summary>Opens it and begins a session.</summary>
    /// <returns>The session and the last change before it.</returns>
    /// <exception cref="StoreUnavailableException">It can't be opened. It may be tried again.</exception>
    public (long Session, long LastChange) Open()
    {
        try
        {
            // What is empty would be made a store, too.
            if (MustExist && new FileInfo(path) is not { Exists: true, Length: > 0 } && !Directory.Exists(path))
                throw new StoreUnavailableException($"There is no store at '{path}': no application has made one there. Name the one that the services use.");
            if (IsDefault) DefaultPlace.Prepare(path);
            else if (!MustExist) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (IsAnother())
            {
                using var turn = TakeTurn();
                DropLogOfAnother();
            }

            return OpenOwn();
        }
        catch (StoreUnavailableException)
        {
            Close();
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Close();
            throw new StoreUnavailableException($"The folder of the store file '{path}' can't be made: {error.Message}", error);
        }
    }

    private (long Session, long LastChange) OpenOwn()
    {
        try
        {
            var database = _database = SqliteDatabase.Open(path);
            if (IsDefault) DefaultPlace.Close(path);
            _tree = new SqliteTree(database);
            _sessions = new SqliteSessions(database, _tree, clock);
            var session = Writing(() => _sessions.Open(lease));
            var last = Reading(_tree.LastChange);
            (_mark, _logMark) = (FileIdentity.Of(path)?.Mark, FileIdentity.Of(LogPath)?.Mark);
            NoteOwner();
            return (session, last);
        }
        catch (SqliteException error)
        {
            Close();
            throw SqliteErrors.Explain(path, error);
        }
        catch (StoreUnavailableException)
        {
            Close();
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Close();
            throw new StoreUnavailableException($"The folder of the store file '{path}' can't be made: {error.Message}", error);
        }
    }

    /// <summary>Opens what stands under the name now, or makes it: one process of all that lost the file at a time, so that none takes away what another has made.</summary>
    /// <exception cref="StoreUnavailableException">It can't be opened. It may be tried again.</exception>
    public (long Session, long LastChange) Reopen()
    {
        if (MustExist || !Directory.Exists(Path.GetDirectoryName(path)))
        {
            _database?.LeaveLog();
            Close();
            return Open();
        }

        using var turn = TakeTurn();
        // The log and the shared memory of a file that is no more would be taken for those of the one that has its name now.
        var now = FileIdentity.Of(path);
        if (now is not { Bytes: > 0 }) File.Delete(path);
        if (now is not { Bytes: > 0 } || (now.Value.Mark != _mark && _logMark is not null && FileIdentity.Of(LogPath)?.Mark == _logMark)) DropLog();
        else DropLogOfAnother();
        _database?.LeaveLog();
        Close();
        return OpenOwn();
    }

    // One process at a time takes logs away, so that none takes what another has made.
    private FileStream TakeTurn()
    {
        try
        {
            return new FileStream(path + "-reopen", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The store file '{path}' was removed or replaced, and can't be opened anew yet: {error.Message}", error);
        }
    }

    private bool IsAnother() => ReadOwner() is { } owner && owner != FileIdentity.Of(path)?.Mark;

    // Opened with the log of another one, the file would become a mixture of both.
    private void DropLogOfAnother()
    {
        if (IsAnother()) DropLog();
    }

    private void DropLog()
    {
        File.Delete(LogPath);
        File.Delete(path + "-shm");
        if (FileIdentity.Of(path) is { } now) File.WriteAllText(OwnerPath, now.Mark);
        else File.Delete(OwnerPath);
    }

    // What only looks makes no file.
    private void NoteOwner()
    {
        if (MustExist || _mark is null || ReadOwner() == _mark) return;
        File.WriteAllText(OwnerPath, _mark);
        if (IsDefault) DefaultPlace.Close(path);
    }

    private string? ReadOwner()
    {
        try
        {
            return File.Exists(OwnerPath) && File.ReadAllText(OwnerPath) is { Length: > 0 } owner ? owner : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is being written: by whoever opens the file that is there now.
            return null;
        }
    }

    /// <summary>Runs it in a transaction that reads one moment and takes no lock.</summary>
    public T Reading<T>(Func<T> read)
    {
        var database = _database ?? throw Closed();
        database.BeginRead();
        try
        {
            return read();
        }
        finally
        {
            database.Rollback();
        }
    }

    /// <summary>Runs it in a transaction that writes; what it throws leaves nothing.</summary>
    public T Writing<T>(Func<T> write)
    {
        var database = _database ?? throw Closed();
        database.Begin();
        try
        {
            var result = write();
            database.Commit();
            return result;
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    /// <summary>Lets it go; it may be opened again.</summary>
    public void Close()
    {
        _database?.Dispose();
        (_database, _tree, _sessions, _mark, _logMark) = (null, null, null, null, null);
    }

    private StoreUnavailableException Closed() => new($"The store file '{path}' is not open.");
}
