using System.Data.Common;
using Fan.Database.Engines;
using Fan.Database.Transactions;

namespace Fan;

/// <summary>
/// The push that the running code handles, where it came over the <c>database</c> route: its handler may do its own writes in the
/// transaction in which the message is removed, so that both happen or neither does. For one handler; not safe for concurrent use.
/// </summary>
public sealed class DatabaseDelivery
{
    private readonly IDatabase _database;
    private readonly string _service;
    private bool _isOver;

    internal DatabaseDelivery(IDatabase database, string service) => (_database, _service) = (database, service);

    /// <summary>That of the running code; null where it handles no push that came over the database.</summary>
    public static DatabaseDelivery? Current => AmbientTransaction.CurrentDelivery;

    /// <summary>The transaction, once <see cref="BeginTransactionAsync"/> has begun it.</summary>
    public DbTransaction? Transaction { get; private set; }

    /// <summary>The connection of <see cref="Transaction"/>.</summary>
    public DbConnection? Connection => Transaction?.Connection;

    /// <summary>
    /// Begins the transaction, or gives the one that was begun. It commits, with the message's removal and the pushes that the handler made
    /// meanwhile, when the handler has succeeded; otherwise it is rolled back. The handler neither commits nor disposes it.
    /// </summary>
    /// <remarks>Begin it late: until the handler ends it holds its locks, and over SQLite every other writer waits for it.</remarks>
    /// <exception cref="InvalidOperationException">The handler has ended.</exception>
    /// <exception cref="ServiceUnavailableException">The database can't be reached.</exception>
    public async ValueTask<DbTransaction> BeginTransactionAsync(CancellationToken cancellationToken = default)
    {
        if (_isOver) throw new InvalidOperationException("The handler of the push has ended: its transaction must be begun while it runs.");
        return Transaction ??= await _database.BeginAsync(_service, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Commits the handler's writes with what the script does.</summary>
    /// <exception cref="InvalidOperationException">Another consumer has the message; nothing was committed.</exception>
    internal async ValueTask CommitAsync(Script script, Func<bool> isStillOurs)
    {
        await _database.RunWithinAsync(script, Transaction!, CancellationToken.None).ConfigureAwait(false);
        if (!isStillOurs())
        {
            throw new InvalidOperationException(
                "The lease of the message was over before its handler ended: another consumer has it, and what was written is undone.");
        }

        await Transaction!.CommitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Ends it; what was not committed is rolled back.</summary>
    internal async ValueTask EndAsync()
    {
        _isOver = true;
        if (Transaction is not { } transaction) return;
        var connection = transaction.Connection;
        Transaction = null;
        try
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
        }
        catch (DbException)
        {
            // The connection is broken, which rolls it back too.
        }

        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }
}
