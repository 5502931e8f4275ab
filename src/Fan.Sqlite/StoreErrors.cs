using Fan.Coordination;
using Microsoft.Data.Sqlite;

namespace Fan.Sqlite;

/// <summary>What SQLite says, as what is to be done.</summary>
internal static class StoreErrors
{
    public static StoreUnavailableException Explain(string path, SqliteException error) => new(error.SqliteErrorCode switch
    {
        5 or 6 => $"The store file '{path}' is locked by another process for too long.",
        8 => $"The store file '{path}' is read-only: this user needs to write it.",
        10 => $"The store file '{path}' can't be read or written: {error.Message}",
        11 => $"The store file '{path}' is corrupt: move it away; what runs registers again by itself.",
        13 => $"The disk of the store file '{path}' is full.",
        14 => $"The store file '{path}' can't be opened: {Why(path)}.",
        26 => $"The file '{path}' is no SQLite file: name another one.",
        _ => $"The store file '{path}' can't be used: {error.Message}",
    }, error);

    private static string Why(string path) =>
        Directory.Exists(path) ? "it is a folder"
        : !Directory.Exists(Path.GetDirectoryName(path)) ? "its folder does not exist"
        : !CanWriteBeside(path) ? "its folder is read-only here, and this user needs to write it"
        : "this user may not open it";

    // Never by opening the file itself: closing it again would drop the locks that this process has on it.
    private static bool CanWriteBeside(string path)
    {
        try
        {
            new FileStream(
                path + ".probe-" + Guid.NewGuid().ToString("N"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose).Dispose();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
