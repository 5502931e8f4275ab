using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fan.Sqlite.Files;

/// <summary>
/// Whether the SQLite file that is open here still is the one that stands under its name, and how all processes that lost it meet on the
/// one that is there now. Its owner opens and closes from one loop; <see cref="IsLost"/> is safe from any thread.
/// </summary>
/// <remarks>The store and the queues have one each; compiled into both, as neither knows the other.</remarks>
internal sealed class StandingFile(string path)
{
    private volatile string? _mark;
    private volatile string? _logMark;

    /// <summary>
    /// Whether a note beside the file says whose its write-ahead log is, for those who open it: the log has the name of the file, whichever
    /// that is. For who keeps a connection open, so that the log stands all the time.
    /// </summary>
    public bool NotesLog { get; init; }

    /// <summary>
    /// Whether it is not open, or another file stands under its name, or none, or one that was emptied, or its log was taken for that of a
    /// file from before: what is written to it would be lost.
    /// </summary>
    public bool IsLost => _mark is null || FileIdentity.Of(path) is not { Bytes: > 0 } now || now.Mark != _mark
        || (NotesLog && _logMark is { } log && FileIdentity.Of(LogPath)?.Mark != log);

    /// <summary>Whether it was open and is lost.</summary>
    public bool WasTakenAway => _mark is not null && IsLost;

    private string LogPath => path + "-wal";

    private string NotePath => path + "-of";

    /// <summary>Its first transaction was written.</summary>
    /// <returns>Whether a note was made beside it.</returns>
    public bool Opened()
    {
        OpenedToLook();
        if (!NotesLog || _mark is not { } mark || ReadNote() == mark) return false;
        File.WriteAllText(NotePath, mark);
        return true;
    }

    /// <summary>As <see cref="Opened"/>, for who makes no file.</summary>
    public void OpenedToLook() => (_mark, _logMark) = (FileIdentity.Of(path)?.Mark, FileIdentity.Of(LogPath)?.Mark);

    public void Closed() => (_mark, _logMark) = (null, null);

    /// <summary>
    /// Closing a connection then leaves the write-ahead log alone: the last who closes a file deletes by name, and another file's log may
    /// have that name by now.
    /// </summary>
    public static void LeaveLog(SqliteConnection connection) =>
        raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    /// <summary>Takes a log away that is of another file, before this one is opened: with that it would become a mixture of both.</summary>
    /// <param name="explain">Makes what is thrown where it is another one's turn, or the files can't be touched.</param>
    public void DropLogOfAnother(Func<Exception, Exception> explain)
    {
        if (!HasLogOfAnother) return;
        using var turn = TakeTurn(explain);
        if (HasLogOfAnother) DropLog();
    }

    /// <summary>
    /// Opens what stands under the name now, or makes it: one process of all that lost the file at a time, so that none takes away what
    /// another has made.
    /// </summary>
    /// <param name="open">Closes the lost one, without its log, and opens.</param>
    /// <param name="explain">Makes what is thrown where it is another one's turn, or the files can't be touched.</param>
    public T OpenAnew<T>(Func<T> open, Func<Exception, Exception> explain)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path))) return open();
        using var turn = TakeTurn(explain);
        // The log and the shared memory of a file that is no more would be taken for those of the one that has its name now. Which those
        // are can be told only while they are open here, or by the note.
        var now = FileIdentity.Of(path);
        var isThere = now is { Bytes: > 0 };
        if (!isThere) File.Delete(path);
        if (!isThere || HasLogOfAnother || (now!.Value.Mark != _mark && _logMark is { } log && FileIdentity.Of(LogPath)?.Mark == log))
        {
            DropLog();
        }

        return open();
    }

    private bool HasLogOfAnother => NotesLog && ReadNote() is { } owner && owner != FileIdentity.Of(path)?.Mark;

    private void DropLog()
    {
        File.Delete(LogPath);
        File.Delete(path + "-shm");
        if (!NotesLog) return;
        if (FileIdentity.Of(path) is { } now) File.WriteAllText(NotePath, now.Mark);
        else File.Delete(NotePath);
    }

    private FileStream TakeTurn(Func<Exception, Exception> explain)
    {
        try
        {
            return new FileStream(
                path + "-reopen", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw explain(error);
        }
    }

    private string? ReadNote()
    {
        try
        {
            return File.Exists(NotePath) && File.ReadAllText(NotePath) is { Length: > 0 } owner ? owner : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is being written: by whoever opens the file that is there now.
            return null;
        }
    }
}
