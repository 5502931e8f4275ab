using System.Net.Sockets;
using Npgsql;

namespace Fan.Database.Engines.Postgres;

/// <summary>What PostgreSQL says, as what is to be done.</summary>
internal static class PostgresErrors
{
    /// <summary>Whether it is about the database, and not a fault of this program.</summary>
    public static bool IsOfDatabase(Exception error) => error is NpgsqlException or IOException or SocketException or TimeoutException;

    /// <summary>Whether two transactions were in each other's way, so that the one that was rolled back can be done again.</summary>
    public static bool MayBeTriedAgain(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
        || (error.SqlState == PostgresErrorCodes.UniqueViolation && error.ConstraintName == "messages_one_of_key");

    /// <summary>Whether a table of ours is not there any more.</summary>
    public static bool IsNoTable(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName;

    /// <summary>Whether the server refuses what a statement says, and not whoever says it now.</summary>
    public static bool IsAboutStatement(Exception error) => error is PostgresException { SqlState: { } state }
        && state[..2] is not ("08" or "25" or "28" or "3D" or "3F" or "40" or "42" or "53" or "55" or "57" or "58");

    public static string Describe(Exception error, string place) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } e =>
            $"The {place} refuses the user: {e.MessageText}. Check Fan:Database:Postgres and Fan:Database:Password.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } e => $"The {place} is not there: {e.MessageText}.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e =>
            $"The {place} refuses: {e.MessageText}. The role needs the schema 'fan': CREATE on the database for the first start, " +
            "or USAGE and its tables.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } e => $"The {place} has no connection left: {e.MessageText}.",
        PostgresException e => $"The {place} refuses: {e.MessageText} ({e.SqlState}).",
        _ => $"The {place} can't be reached: {error.Message}",
    };
}
