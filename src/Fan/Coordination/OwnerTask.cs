using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.Logging;

namespace Fan.Coordination;

/// <summary>
/// Runs one task that follows the store for the life of the application: again after each interruption, with growing pauses.
/// </summary>
internal static class OwnerTask
{
    /// <param name="connection">The session with the store.</param>
    /// <param name="what">What it looks after, for the log.</param>
    /// <param name="clock">For the pauses.</param>
    /// <param name="logger">Told of interruptions.</param>
    /// <param name="trouble">Told why it was interrupted; null where nobody asks.</param>
    /// <param name="follow">The work; it resets the pauses whenever something went well. When it returns, the task ends.</param>
    /// <param name="stopping">Ends it.</param>
    public static Task Run(
        StoreConnection connection,
        string what,
        TimeProvider clock,
        ILogger logger,
        Action<string>? trouble,
        Func<ICoordinationStore, RetryPause, CancellationToken, Task> follow,
        CancellationToken stopping)
    {
        // The caller's context (trace, deadline) must not live on in it.
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(() => RunAsync(connection, what, clock, logger, trouble, follow, stopping), CancellationToken.None);
        }
    }

    private static async Task RunAsync(
        StoreConnection connection,
        string what,
        TimeProvider clock,
        ILogger logger,
        Action<string>? trouble,
        Func<ICoordinationStore, RetryPause, CancellationToken, Task> follow,
        CancellationToken stopping)
    {
        var retry = new RetryPause(clock);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await follow(await connection.OpenedAsync(stopping).ConfigureAwait(false), retry, stopping).ConfigureAwait(false);
                return;
            }
            catch (StoreException error)
            {
                trouble?.Invoke(error.Message);
                StoreLog.TaskInterrupted(logger, what, error.Message);
                await retry.WaitAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception error) when (connection.IsEnd(error, stopping))
            {
                return;
            }
            catch (Exception error)
            {
                // Data of others, or a defect in a store, must not end it for the life of the process.
                trouble?.Invoke(error.Message);
                StoreLog.TaskFailed(logger, error, what);
                await retry.WaitAsync(stopping).ConfigureAwait(false);
            }
        }
    }
}
