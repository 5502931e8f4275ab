using System.Data.Common;
using Fan.Database.Transactions;

namespace Fan;

/// <summary>Pushes inside a transaction of one's own.</summary>
public static class TransactionPushExtensions
{
    /// <summary>
    /// Makes the pushes that follow, until the scope is disposed, part of the transaction: they are sent if it commits, and only then. They
    /// are those of this flow of code and of what it awaits; the scope ends before the transaction does.
    /// </summary>
    /// <remarks>
    /// The transaction must be one of the database that the application's <c>database</c> route uses
    /// (<see cref="FanDatabaseBuilderExtensions.AddDatabase"/>). A push uses the transaction's connection: as with any command on it, one
    /// at a time.
    /// </remarks>
    public static PushScope UseForPushes(this DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return new PushScope(AmbientTransaction.Enter(transaction));
    }
}
