using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.Logging;

namespace Fan.Commits;

/// <summary>Runs one task that follows the store for the life of the application: again after each interruption, with growing pauses.</summary>
internal static class OwnerTask
{
    public static Task Run(StoreConnection connection, TimeProvider clock, ILogger logger, Action<string?> trouble, Func<ICoordinationStore, RetryPause, CancellationToken, Task> follow, CancellationToken stopping)
    {
        // The caller's context (trace, deadline) must not live on in it.
        using (ExecutionContext.SuppressFlow()) return Task.Run(() => RunAsync(connection, clock, logger, trouble, follow, stopping), CancellationToken.None);
    }

    private static async Task RunAsync(StoreConnection connection, TimeProvider clock, ILogger logger, Action<string?> trouble, Func<ICoordinationStore, RetryPause, CancellationToken, Task> follow, CancellationToken stopping)
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
                trouble(error.Message);
                CommitsLog.Interrupted(logger, error.Message);
                await retry.WaitAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception error)
            {
                // Data of others, or a defect in a store, must not end it for the life of the process.
                trouble(error.Message);
                CommitsLog.Failed(logger, error);
                await retry.WaitAsync(stopping).ConfigureAwait(false);
            }
        }
    }
}
