using Microsoft.Data.Sqlite;

namespace Fan.Database.Engines.Sqlite;

/// <summary>What SQLite says, as what is to be done.</summary>
internal static class SqliteErrors
{
    public static string Describe(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        5 or 6 => $"The SQLite file '{path}' is locked by another process or transaction for too long.",
        8 => $"The SQLite file '{path}' is read-only: this user needs to write it.",
        11 => $"The SQLite file '{path}' is corrupt.",
        13 => $"The disk of the SQLite file '{path}' is full.",
        14 => $"The SQLite file '{path}' can't be opened: its folder must exist, and this user needs to write it.",
        26 => $"The file '{path}' is no SQLite file: name another one.",
        _ => $"The SQLite file '{path}' can't be used: {error.Message}",
    };
}
