using System.Collections.Concurrent;
using Fan.Coordination;
using Fan.Messaging;
using Microsoft.Extensions.Logging;

namespace Fan.Queues;

/// <summary>The queues that are registered in the coordination store. Safe from any thread.</summary>
internal sealed class QueueDirectory(
    StoreConnection connection, FanLimits limits, TimeSpan patience, TimeProvider clock, ILogger<QueueDirectory> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<QueueFollower>> _followers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>
    /// The transports of a service's queues, from memory once they are followed; none where nothing is registered, or the store does not
    /// answer in time.
    /// </summary>
    public ValueTask<IReadOnlyList<string>> TransportsOfAsync(string service, CancellationToken cancellationToken)
    {
        if (!_followers.TryGetValue(service, out var known))
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (_followers.Count >= limits.MaxFollowedServices)
            {
                throw new LimitExceededException(
                    nameof(FanLimits.MaxFollowedServices),
                    $"The application follows the queues of {limits.MaxFollowedServices} services already " +
                    $"({nameof(FanLimits.MaxFollowedServices)}).");
            }

            known = _followers.GetOrAdd(
                service, name => new Lazy<QueueFollower>(() => new QueueFollower(name, connection, clock, logger, _stopping.Token)));
        }

        return known.Value.TransportsAsync(patience, cancellationToken);
    }

    /// <summary>Registers a queue, or brings its registration up to date.</summary>
    /// <exception cref="StoreException">The store can't be reached.</exception>
    public async Task RegisterAsync(QueueRegistration registration, CancellationToken cancellationToken)
    {
        var store = await connection.OpenedAsync(cancellationToken).ConfigureAwait(false);
        var path = QueuePath.Of(registration.Queue);
        while (true)
        {
            var node = await store.GetAsync(path, cancellationToken).ConfigureAwait(false);
            var data = (node is null ? registration : registration.Keeping(node.Data)).ToJson();
            if (node is not null)
            {
                if (node.Data.Span.SequenceEqual(data)
                    || await TryAsync(store, new StoreOperation.Set(path, data, node.Version), cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                continue;
            }

            foreach (var above in QueuePath.Above(registration.Queue))
            {
                if (await store.GetAsync(above, cancellationToken).ConfigureAwait(false) is null)
                {
                    await TryAsync(store, new StoreOperation.Create(above), cancellationToken).ConfigureAwait(false);
                }
            }

            if (await TryAsync(store, new StoreOperation.Create(path, data), cancellationToken).ConfigureAwait(false)) return;
        }
    }

    /// <summary>Takes a queue out.</summary>
    /// <exception cref="StoreException">The store can't be reached.</exception>
    public async Task UnregisterAsync(QueueName queue, CancellationToken cancellationToken)
    {
        var store = await connection.OpenedAsync(cancellationToken).ConfigureAwait(false);
        // The service's node goes with its last group; while there are others it stays.
        foreach (var path in new[] { QueuePath.Of(queue), QueuePath.Service(queue.Service) })
        {
            await TryAsync(store, new StoreOperation.Delete(path), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>All that are registered at this moment, by service and group.</summary>
    /// <exception cref="StoreException">The store can't be reached.</exception>
    public async Task<IReadOnlyList<QueueRegistration>> ListAsync(CancellationToken cancellationToken)
    {
        var store = await connection.OpenedAsync(cancellationToken).ConfigureAwait(false);
        await store.SyncAsync(cancellationToken).ConfigureAwait(false);
        var found = new List<QueueRegistration>();
        foreach (var service in await store.GetChildrenAsync(QueuePath.Root, cancellationToken).ConfigureAwait(false) ?? [])
        {
            foreach (var group in await store.GetChildrenAsync(QueuePath.Service(service), cancellationToken).ConfigureAwait(false) ?? [])
            {
                try
                {
                    var queue = new QueueName(service, group);
                    if (await store.GetAsync(QueuePath.Of(queue), cancellationToken).ConfigureAwait(false) is { } node)
                    {
                        found.Add(QueueRegistration.Parse(queue, node.Data));
                    }
                }
                catch (FormatException error)
                {
                    QueueLog.BadRegistration(logger, $"{QueuePath.Service(service)}/{group}", error.Message);
                }
            }
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var follower in _followers.Values) await follower.Value.Ended.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static async Task<bool> TryAsync(ICoordinationStore store, StoreOperation operation, CancellationToken cancellationToken)
    {
        try
        {
            await store.CommitAsync([operation], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }
}
