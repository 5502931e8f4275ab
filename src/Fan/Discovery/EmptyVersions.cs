using Fan.Coordination;
using Microsoft.Extensions.Logging;

namespace Fan.Discovery;

/// <summary>
/// Takes away version nodes whose last instance died: until a node is gone, micro-fan's callers of the service choose it and fail, though
/// other versions live. Safe from any thread.
/// </summary>
/// <remarks>Each application that follows the service tries after a pause of its own; who sees that the node is gone leaves it.</remarks>
internal sealed class EmptyVersions(TimeProvider clock, ILogger logger)
{
    // Not at once: a service of micro-fan that waited for a barrier to go registers at this moment, and tries only once.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MostPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<string> _paths = new();
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    private bool _isRunning;
    private Task _running = Task.CompletedTask;

    /// <summary>Ends when nothing is left to do, or the application stops; never fails.</summary>
    public Task Ended
    {
        get
        {
            lock (_gate) return _running;
        }
    }

    /// <summary>A version was left by its last instance.</summary>
    public void Add(ICoordinationStore store, string path, CancellationToken stopping)
    {
        lock (_gate)
        {
            if (!_wanted.Add(path)) return;
            _paths.Enqueue(path);
            if (_isRunning) return;
            _isRunning = true;
            _running = Task.Run(() => RunAsync(store, stopping), CancellationToken.None);
        }
    }

    /// <summary>It is gone, or in use again.</summary>
    public void Remove(string path)
    {
        lock (_gate) _wanted.Remove(path);
    }

    private async Task RunAsync(ICoordinationStore store, CancellationToken stopping)
    {
        while (true)
        {
            var pause = LeastPause + ((MostPause - LeastPause) * Random.Shared.NextDouble());
            await Task.Delay(pause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            string? path;
            bool isWanted;
            lock (_gate)
            {
                if (stopping.IsCancellationRequested || !_paths.TryDequeue(out path))
                {
                    _isRunning = false;
                    return;
                }

                isWanted = _wanted.Remove(path);
            }

            if (isWanted) await DeleteAsync(store, path, stopping).ConfigureAwait(false);
        }
    }

    private async Task DeleteAsync(ICoordinationStore store, string path, CancellationToken stopping)
    {
        try
        {
            if (await store.GetAsync(path, stopping).ConfigureAwait(false) is not { ChildCount: 0 }) return;
            await store.CommitAsync([new StoreOperation.Delete(path)], stopping).ConfigureAwait(false);
            DiscoveryLog.EmptyVersionDeleted(logger, path);
        }
        catch (StoreConflictException)
        {
            // Somebody else took it away, or somebody came.
        }
        catch (Exception error) when (stopping.IsCancellationRequested && error is OperationCanceledException or ObjectDisposedException)
        {
            // The application stops; there are others.
        }
        catch (Exception error)
        {
            DiscoveryLog.EmptyVersionStays(logger, path, error.Message);
        }
    }
}
