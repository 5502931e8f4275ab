using Microsoft.Data.Sqlite;

namespace Fan.Database.Engines.Sqlite;

/// <summary>What SQLite says, as what is to be done.</summary>
internal static class SqliteErrors
{
    /// <summary>Whether a table of ours is not there any more.</summary>
    public static bool IsNoTable(Exception? error) =>
        error is SqliteException { SqliteErrorCode: 1 } && error.Message.Contains("no such table: fan_", StringComparison.Ordinal);

    /// <summary>Whether the file is sound, and what a statement says is refused: a size, a constraint, a type, a range.</summary>
    public static bool IsAboutStatement(Exception error) => error is SqliteException { SqliteErrorCode: 18 or 19 or 20 or 25 };

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
