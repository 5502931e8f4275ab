using Fan.Coordination;
using Microsoft.Extensions.Logging;

namespace Fan.Queues;

/// <summary>
/// Keeps in memory over which transports the queues of one service run: one watch, one owner task. While the store is away, what was last
/// known stays. Safe from any thread.
/// </summary>
internal sealed class QueueFollower
{
    private readonly string _service;
    private readonly StoreConnection _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyList<string> _transports = [];

    public QueueFollower(string service, StoreConnection store, TimeProvider clock, ILogger logger, CancellationToken stopping)
    {
        (_service, _store, _clock, _logger) = (service, store, clock, logger);
        // The caller's context (trace, deadline) must not live on in the watch.
        using (ExecutionContext.SuppressFlow()) Ended = Task.Run(() => RunAsync(stopping), CancellationToken.None);
    }

    /// <summary>Ends when the application stops; never fails.</summary>
    public Task Ended { get; }

    /// <summary>The names of the transports; those of the main group first.</summary>
    public ValueTask<IReadOnlyList<string>> TransportsAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        _loaded.Task.IsCompleted ? new(_transports) : WaitAsync(patience, cancellationToken);

    private async ValueTask<IReadOnlyList<string>> WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await _loaded.Task.WaitAsync(patience, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Whoever asks goes on with what the application knows by itself.
        }

        return _transports;
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var retry = new RetryPause(_clock);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var store = await _store.OpenedAsync(stopping).ConfigureAwait(false);
                await foreach (var _ in store.WatchAsync(QueuePath.Service(_service), stopping).ConfigureAwait(false))
                {
                    _transports = await ReadAsync(store, stopping).ConfigureAwait(false);
                    _loaded.TrySetResult();
                    retry.Reset();
                }

                break;
            }
            catch (Exception error) when (_store.IsEnd(error, stopping))
            {
                break;
            }
            catch (Exception error)
            {
                // Whatever it was, queues must be followed for the life of the process.
                QueueLog.FollowInterrupted(_logger, _service, error.Message);
                await retry.WaitAsync(stopping).ConfigureAwait(false);
            }
        }

        _loaded.TrySetResult();
    }

    private async ValueTask<IReadOnlyList<string>> ReadAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        var groups = await store.GetChildrenAsync(QueuePath.Service(_service), cancellationToken).ConfigureAwait(false) ?? [];
        var found = new List<string>();
        foreach (var group in groups.OrderBy(group => group != QueueName.MainGroup))
        {
            try
            {
                var queue = new QueueName(_service, group);
                if (await store.GetAsync(QueuePath.Of(queue), cancellationToken).ConfigureAwait(false) is { } node)
                    found.AddRange(QueueRegistration.Parse(queue, node.Data).Transports.Except(found, StringComparer.Ordinal));
            }
            catch (FormatException error)
            {
                QueueLog.BadRegistration(_logger, $"{QueuePath.Service(_service)}/{group}", error.Message);
            }
        }

        return found;
    }
}
