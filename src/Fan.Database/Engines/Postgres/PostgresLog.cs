using Microsoft.Extensions.Logging;

namespace Fan.Database.Engines.Postgres;

/// <summary>What those say that wake each other by PostgreSQL.</summary>
internal static partial class PostgresLog
{
    [LoggerMessage(1, LogLevel.Warning, "Processes can't wake each other by PostgreSQL for now, and look from time to time: {Reason}")]
    public static partial void NotHeard(ILogger logger, Exception error, string reason);
}
