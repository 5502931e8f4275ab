using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fan.Sqlite.Files;

/// <summary>Whether the SQLite file that is open here still is the one that stands under its name, and how all processes that lost it meet on the one that is there now. Its owner opens and closes from one loop; <see cref="IsLost"/> is safe from any thread.</summary>
/// <remarks>The store and the queues have one each; compiled into both, as neither knows the other.</remarks>
internal sealed class StandingFile(string path)
{
    private volatile string? _mark;
    private string? _logMark;

    /// <summary>Whether it is not open, or another file stands under its name, or none, or one that was emptied: what is written to it would be lost.</summary>
    public bool IsLost => _mark is null || FileIdentity.Of(path) is not { Bytes: > 0 } now || now.Mark != _mark;

    /// <summary>Whether it was open and is lost.</summary>
    public bool WasTakenAway => _mark is not null && IsLost;

    /// <summary>Its first transaction was written.</summary>
    public void Opened() => (_mark, _logMark) = (FileIdentity.Of(path)?.Mark, FileIdentity.Of(path + "-wal")?.Mark);

    public void Closed() => (_mark, _logMark) = (null, null);

    /// <summary>Closing a connection then leaves the write-ahead log alone: the last who closes a file deletes by name, and another file's log may have that name by now.</summary>
    public static void LeaveLog(SqliteConnection connection) => raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    /// <summary>Opens what stands under the name now, or makes it: one process of all that lost the file at a time, so that none takes away what another has made.</summary>
    /// <param name="open">Closes the lost one, without its log, and opens.</param>
    /// <param name="explain">Makes what is thrown where it is another one's turn, or the files can't be touched.</param>
    public T OpenAnew<T>(Func<T> open, Func<Exception, Exception> explain)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path))) return open();
        FileStream turn;
        try
        {
            turn = new FileStream(path + "-reopen", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw explain(error);
        }

        using (turn)
        {
            // The log and the shared memory of a file that is no more would be taken for those of the one that has its name now. Which those are can be told only while they are open here.
            var isThere = FileIdentity.Of(path) is { Bytes: > 0 };
            if (!isThere) File.Delete(path);
            if (!isThere || (_logMark is not null && FileIdentity.Of(path + "-wal")?.Mark == _logMark))
            {
                File.Delete(path + "-wal");
                File.Delete(path + "-shm");
            }

            return open();
        }
    }
}
