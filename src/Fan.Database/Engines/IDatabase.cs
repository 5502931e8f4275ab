using System.Data.Common;

namespace Fan.Database.Engines;

/// <summary>A database with Fan's tables. Connects, and makes the tables, on first use. Safe from any thread.</summary>
internal interface IDatabase : IAsyncDisposable
{
    /// <summary>Where it is, without credentials.</summary>
    string DisplayName { get; }

    /// <summary>What is wrong with it at the moment; null when nothing is known to be.</summary>
    string? Trouble { get; }

    /// <summary>
    /// Whether a ring is for the channel that hears it; otherwise it may be for any, and the listener had better look before it takes a
    /// lock.
    /// </summary>
    bool TellsChannelsApart { get; }

    /// <summary>Whether an error of the database's own library is about what a statement says, and not about whoever says it now.</summary>
    bool IsAboutStatement(Exception error);

    /// <summary>Does a script in a transaction of its own.</summary>
    /// <exception cref="ServiceUnavailableException">
    /// It can't be reached, or refuses. Where that was noticed late, the script may have been done.
    /// </exception>
    Task RunAsync(Script script, CancellationToken cancellationToken);

    /// <summary>Does a script in a transaction of somebody else.</summary>
    /// <exception cref="ArgumentException">The transaction is not of this kind of database, or has ended.</exception>
    /// <exception cref="ServiceUnavailableException">
    /// As for <see cref="RunAsync"/>. The transaction can't be used any more then.
    /// </exception>
    Task RunWithinAsync(Script script, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Begins a transaction for somebody's own use; who disposes the connection gives it back.</summary>
    Task<DbTransaction> BeginAsync(string service, CancellationToken cancellationToken);

    /// <summary>
    /// Calls <paramref name="ring"/> when somebody rings the channel, from whatever process, and when rings may have been missed. It may be
    /// called too often, on any thread.
    /// </summary>
    IDisposable Listen(string channel, Action ring);

    /// <summary>
    /// Rings a channel for everybody who listens now. What gets lost on the way, listeners find by looking from time to time.
    /// </summary>
    void Ring(string channel);
}

/// <summary>What both engines do the same way.</summary>
internal static class DatabaseExtensions
{
    /// <summary>Whether a script failed for what stands in it, while the database is there and takes others.</summary>
    public static bool IsAboutScript(this IDatabase database, Exception error) => error switch
    {
        ServiceUnavailableException { InnerException: { } reason } => database.IsAboutStatement(reason),
        ServiceUnavailableException or OperationCanceledException or ObjectDisposedException or TimeoutException => false,
        _ => true,
    };

    /// <summary>Does a script in the transaction that is given, or in one of its own.</summary>
    public static Task RunAsync(this IDatabase database, Script script, DbTransaction? within, CancellationToken cancellationToken) =>
        within is null ? database.RunAsync(script, cancellationToken) : database.RunWithinAsync(script, within, cancellationToken);
}
