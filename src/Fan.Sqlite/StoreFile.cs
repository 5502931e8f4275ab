using Fan.Coordination;
using Fan.Sqlite.Files;
using Microsoft.Data.Sqlite;

namespace Fan.Sqlite;

/// <summary>
/// The file of a store, open: its connection, and whether it still is the one that stands under its name. Not safe for threads: its owner
/// uses it from one loop.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="lease">The time of the session.</param>
/// <param name="clock">For the leases of others.</param>
internal sealed class StoreFile(string path, TimeSpan lease, TimeProvider clock)
{
    private readonly StandingFile _standing = new(path) { NotesLog = true };
    private StoreDatabase? _database;
    private SqliteTree? _tree;
    private SqliteSessions? _sessions;

    /// <summary>Whether opening it makes nothing.</summary>
    public bool MustExist { get; init; }

    /// <summary>Whether it is the file that is used where nobody names a store: no other user gets at it.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The nodes.</summary>
    public SqliteTree Tree => _tree ?? throw Closed();

    /// <summary>The sessions.</summary>
    public SqliteSessions Sessions => _sessions ?? throw Closed();

    /// <summary>
    /// Whether it is not open, or another file stands under its name, or none, or one that was emptied: what is written to it would be
    /// lost.
    /// </summary>
    public bool IsLost => _standing.IsLost;

    /// <summary>Opens it and begins a session.</summary>
    /// <returns>The session and the last change before it.</returns>
    /// <exception cref="StoreUnavailableException">It can't be opened. It may be tried again.</exception>
    public (long Session, long LastChange) Open()
    {
        try
        {
            // What is empty would be made a store, too.
            if (MustExist && new FileInfo(path) is not { Exists: true, Length: > 0 } && !Directory.Exists(path))
            {
                throw new StoreUnavailableException(
                    $"There is no store at '{path}': no application has made one there. Name the one that the services use.");
            }

            if (IsDefault) DefaultPlace.Prepare(path);
            else if (!MustExist) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _standing.DropLogOfAnother(NotYet);
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
            throw Unmakeable(error);
        }
    }

    private (long Session, long LastChange) OpenOwn()
    {
        try
        {
            var database = _database = StoreDatabase.Open(path);
            if (IsDefault) DefaultPlace.Close(path);
            _tree = new SqliteTree(database);
            _sessions = new SqliteSessions(database, _tree, clock);
            var session = Writing(() => _sessions.Open(lease));
            var last = Reading(_tree.LastChange);
            // What only looks makes no file.
            if (MustExist) _standing.OpenedToLook();
            else if (_standing.Opened() && IsDefault) DefaultPlace.Close(path);
            return (session, last);
        }
        catch (SqliteException error)
        {
            Close();
            throw StoreErrors.Explain(path, error);
        }
        catch (StoreUnavailableException)
        {
            Close();
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Close();
            throw Unmakeable(error);
        }
    }

    /// <summary>
    /// Opens what stands under the name now, or makes it: one process of all that lost the file at a time, so that none takes away what
    /// another has made.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It can't be opened. It may be tried again.</exception>
    public (long Session, long LastChange) Reopen()
    {
        return MustExist
            ? Instead(Open)
            : _standing.OpenAnew(() => Instead(Directory.Exists(Path.GetDirectoryName(path)) ? OpenOwn : Open), NotYet);

        (long Session, long LastChange) Instead(Func<(long Session, long LastChange)> open)
        {
            _database?.LeaveLog();
            Close();
            return open();
        }
    }

    private StoreUnavailableException NotYet(Exception error) =>
        new($"The store file '{path}' was removed or replaced, and can't be opened anew yet: {error.Message}", error);

    private StoreUnavailableException Unmakeable(Exception error) =>
        new($"The folder of the store file '{path}' can't be made: {error.Message}", error);

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
        (_database, _tree, _sessions) = (null, null, null);
        _standing.Closed();
    }

    private StoreUnavailableException Closed() => new($"The store file '{path}' is not open.");
}
