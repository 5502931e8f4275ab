using Microsoft.Extensions.Logging;

namespace Fan.Sqlite;

internal static partial class SqliteStoreLog
{
    [LoggerMessage(
        420,
        LogLevel.Warning,
        "The store file {Path} was removed or replaced while it was in use; what stands there now is opened, " +
        "and everything is read and registered anew")]
    public static partial void FileReplaced(ILogger logger, string path);
}
