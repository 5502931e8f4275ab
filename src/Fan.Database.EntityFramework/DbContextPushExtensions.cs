using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Fan;

/// <summary>
/// Pushes in the transactions of a <see cref="DbContext"/>. Its database must be that of the application's <c>database</c> route.
/// </summary>
public static class DbContextPushExtensions
{
    /// <summary>
    /// Makes the pushes that follow, until the scope is disposed, part of the context's current transaction; see
    /// <see cref="TransactionPushExtensions.UseForPushes"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The context has no transaction.</exception>
    public static PushScope UseForPushes(this DatabaseFacade database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var transaction = database.CurrentTransaction
            ?? throw new InvalidOperationException(
                "The context has no transaction: begin one with Database.BeginTransactionAsync(), or use SaveChangesAndPushAsync().");
        return transaction.GetDbTransaction().UseForPushes();
    }

    /// <summary>
    /// Saves the changes of the context and makes pushes, all in one transaction: the context's current one, which whoever began it
    /// commits, or one of its own.
    /// </summary>
    /// <param name="context">The context.</param>
    /// <param name="push">Makes the pushes. Called again where the context's execution strategy repeats the whole.</param>
    /// <param name="cancellationToken">Ends it; nothing is saved or sent then, unless the transaction is another's.</param>
    /// <returns>How many rows were written.</returns>
    public static async Task<int> SaveChangesAndPushAsync(
        this DbContext context, Func<CancellationToken, Task> push, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(push);
        if (context.Database.CurrentTransaction is not null)
        {
            return await SaveAsync(context, push, acceptAll: true, cancellationToken).ConfigureAwait(false);
        }

        return await context.Database.CreateExecutionStrategy().ExecuteAsync(
            (context, push),
            static async (state, token) =>
            {
                var transaction = await state.context.Database.BeginTransactionAsync(token).ConfigureAwait(false);
                await using var ending = transaction.ConfigureAwait(false);
                // Until it has committed the context must know what is to be saved, for another attempt.
                var rows = await SaveAsync(state.context, state.push, acceptAll: false, token).ConfigureAwait(false);
                await transaction.CommitAsync(token).ConfigureAwait(false);
                state.context.ChangeTracker.AcceptAllChanges();
                return rows;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> SaveAsync(
        DbContext context, Func<CancellationToken, Task> push, bool acceptAll, CancellationToken cancellationToken)
    {
        var rows = await context.SaveChangesAsync(acceptAll, cancellationToken).ConfigureAwait(false);
        using (context.Database.UseForPushes()) await push(cancellationToken).ConfigureAwait(false);
        return rows;
    }
}
