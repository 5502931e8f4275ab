using Microsoft.Extensions.Logging;

namespace Fan.Database.Engines.Sqlite;

internal static partial class SqliteLog
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The SQLite file {Path} was removed or replaced while its {Use} were in use; what stands there now is opened, " +
        "and what was in the other one is gone with it")]
    public static partial void FileReplaced(ILogger logger, string path, string use);
}
