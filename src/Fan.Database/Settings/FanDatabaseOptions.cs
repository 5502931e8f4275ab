using Npgsql;

namespace Fan.Database;

/// <summary>
/// The settings of the <c>database</c> route. Checked as a whole when the application starts. Configuration section: <c>Fan:Database</c>.
/// </summary>
public sealed class FanDatabaseOptions
{
    /// <summary>
    /// The connection string of a PostgreSQL database, in Npgsql's form. One of this, <see cref="DataSource"/> and <see cref="Sqlite"/> is
    /// needed.
    /// </summary>
    public string? Postgres { get; set; }

    /// <summary>
    /// The password for <see cref="Postgres"/>, where it does not stand there, so that it can come from another place of the configuration.
    /// </summary>
    public string? Password { get; set; }

    /// <summary>
    /// The data source of the application, instead of <see cref="Postgres"/>. It stays the application's: it is not disposed. Only in code.
    /// </summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>
    /// The path of a SQLite file, which the processes of one machine share; it may be the application's own database. It is made where
    /// there is none.
    /// </summary>
    public string? Sqlite { get; set; }

    /// <summary>
    /// Whether missing tables are made, and old ones brought up to date. Default true; false where the application's role may not.
    /// </summary>
    public bool MakeTables { get; set; } = true;

    /// <summary>How often consumers look for messages that nobody told them of. From 10 ms to 1 h, default 1 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest that PostgreSQL may take for what one push, delivery or call needs, before the connection is given up for another;
    /// connecting too, unless the connection string has a <c>Timeout</c>. Whole seconds, from 1 s to 1 h, default 5 s.
    /// </summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many connections to PostgreSQL are used at once for queues and calls, besides one that listens. From 1 to 1,000, default 16.
    /// </summary>
    public int MaxConnections { get; set; } = 16;

    /// <summary>The most messages that wait in one queue whose policy names no bound. Default 1,000,000.</summary>
    public int MaxMessages { get; set; } = 1_000_000;

    /// <summary>The largest payload of a push, in bytes. From 1 KiB to 256 MiB, default 16 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Whether services are served over the database too: each call is a few statements, so that it is for where nothing else is open
    /// between processes. Default false. Calls to those that do are made in any case.
    /// </summary>
    public bool ServeCalls { get; set; }

    /// <summary>The time after which calls with a process end that has died without a word. From 1 s to 1 h, default 10 s.</summary>
    public TimeSpan CallLease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many calls are served at once; more are refused, and made elsewhere. Default 4,096.</summary>
    public int MaxServedCalls { get; set; } = 4096;

    /// <summary>How many bytes of one sequence may be unread. From 1 KiB to 64 MiB, default 256 KiB.</summary>
    public int SequenceWindowBytes { get; set; } = 256 * 1024;

    internal IEnumerable<string> Validate()
    {
        var named = (Postgres is null ? 0 : 1) + (DataSource is null ? 0 : 1) + (Sqlite is null ? 0 : 1);
        if (named != 1)
        {
            yield return $"it needs one of {nameof(Postgres)} (a connection string) and {nameof(Sqlite)} (the path of a file); " +
                $"it has {(named == 0 ? "none" : named)}. Set Fan:Database:{nameof(Postgres)} or Fan:Database:{nameof(Sqlite)}.";
        }

        if (Postgres is not null && ProblemOfConnectionString() is { } problem) yield return problem;
        if (Password is not null && Postgres is null) yield return $"{nameof(Password)} goes with {nameof(Postgres)}, which is not set.";
        if (Sqlite is not null && (Sqlite.Length == 0 || Sqlite.Contains('\0', StringComparison.Ordinal)))
        {
            yield return $"{nameof(Sqlite)} must be the path of a file.";
        }

        if (PollInterval < TimeSpan.FromMilliseconds(10) || PollInterval > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(PollInterval)} must be from 10 ms to 1 h; it is {PollInterval}.";
        }

        if (OperationTimeout < TimeSpan.FromSeconds(1) || OperationTimeout > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(OperationTimeout)} must be from 1 s to 1 h; it is {OperationTimeout}.";
        }

        if (MaxConnections is < 1 or > 1000) yield return $"{nameof(MaxConnections)} must be from 1 to 1,000; it is {MaxConnections}.";
        if (CallLease < TimeSpan.FromSeconds(1) || CallLease > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(CallLease)} must be from 1 s to 1 h; it is {CallLease}.";
        }

        if (MaxServedCalls < 1) yield return $"{nameof(MaxServedCalls)} must be above zero; it is {MaxServedCalls}.";
        if (SequenceWindowBytes is < 1024 or > 64 * 1024 * 1024)
        {
            yield return $"{nameof(SequenceWindowBytes)} must be from 1 KiB to 64 MiB; it is {SequenceWindowBytes}.";
        }

        if (MaxMessages < 1) yield return $"{nameof(MaxMessages)} must be above zero; it is {MaxMessages}.";
        if (MaxMessageBytes is < 1024 or > 256 * 1024 * 1024)
        {
            yield return $"{nameof(MaxMessageBytes)} must be from 1 KiB to 256 MiB; it is {MaxMessageBytes}.";
        }
    }

    // What is wrong with it is said without it: it may hold the password.
    private string? ProblemOfConnectionString()
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(Postgres);
            if (string.IsNullOrEmpty(parts.Host)) return $"{nameof(Postgres)} must name a Host.";
            return Password is not null && !string.IsNullOrEmpty(parts.Password)
                ? $"{nameof(Password)} is set, and {nameof(Postgres)} has one too: leave one of them out."
                : null;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            return $"{nameof(Postgres)} is no connection string of Npgsql, such as Host=db;Database=shop;Username=shop.";
        }
    }
}
