using System.Data.Common;

namespace Fan.Database.Transactions;

/// <summary>The transaction that pushes of the running code belong to.</summary>
internal static class AmbientTransaction
{
    private static readonly AsyncLocal<DbTransaction?> Named = new();
    private static readonly AsyncLocal<DatabaseDelivery?> Delivery = new();

    /// <summary>The one that the code named, or else that of the delivery that it handles; null for none.</summary>
    public static DbTransaction? Current => Named.Value ?? Delivery.Value?.Transaction;

    public static DatabaseDelivery? CurrentDelivery => Delivery.Value;

    /// <summary>Makes another one current; returns the one before.</summary>
    public static DbTransaction? Enter(DbTransaction? transaction)
    {
        var before = Named.Value;
        Named.Value = transaction;
        return before;
    }

    /// <summary>
    /// Makes a delivery current for what its handler does. The transaction of whoever started the consumer is none of it.
    /// </summary>
    public static void Enter(DatabaseDelivery delivery) => (Named.Value, Delivery.Value) = (null, delivery);
}
