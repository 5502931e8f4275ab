using System.Collections.Immutable;
using Fan.Coordination;
using Fan.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Fan.Discovery;

/// <summary>
/// Keeps the endpoints of one service in memory: one watch, one owner task. While the store is away, what was last known stays. Safe from
/// any thread.
/// </summary>
internal sealed class ServiceFollower
{
    // So that a service of thousands of endpoints is read in some round trips, and a small store is not flooded.
    private const int ReadsAtOnce = 128;

    private const int MaxTold = 64;

    private readonly string _service;
    private readonly string _path;
    private readonly StoreConnection _store;
    private readonly TimeSpan _patience;
    private readonly FanTelemetry _telemetry;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly EmptyVersions _empty;
    private readonly RetainedEndpoints _retained;
    private readonly MethodTables _tables = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EndpointSet _current = EndpointSet.Empty;
    private long _serviceNode;
    private string? _trouble;

    public ServiceFollower(
        string service,
        StoreConnection store,
        TimeSpan patience,
        FanTelemetry telemetry,
        TimeProvider clock,
        ILogger logger,
        CancellationToken stopping)
    {
        _service = service;
        _path = EndpointPath.Service(service);
        _store = store;
        _patience = patience;
        _telemetry = telemetry;
        _clock = clock;
        _logger = logger;
        _empty = new EmptyVersions(clock, logger);
        _retained = new RetainedEndpoints(clock);
        // The caller's context (trace, deadline) must not live on in the watch.
        using (ExecutionContext.SuppressFlow()) Ended = Task.Run(() => RunAsync(stopping), CancellationToken.None);
    }

    /// <summary>Ends when the application stops; never fails.</summary>
    public Task Ended { get; }

    public EndpointSet Current => Volatile.Read(ref _current);

    public bool IsLoaded => _loaded.Task.IsCompletedSuccessfully;

    /// <summary>Waits until the service was read once.</summary>
    /// <exception cref="ServiceUnavailableException">The store did not answer in time.</exception>
    public async ValueTask LoadedAsync(CancellationToken cancellationToken)
    {
        if (_loaded.Task.IsCompletedSuccessfully) return;
        try
        {
            await _loaded.Task.WaitAsync(_patience, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new ServiceUnavailableException(
                _service,
                $"Endpoints of '{_service}' are not known: " +
                $"{_trouble ?? _store.Trouble ?? $"the store '{_store.DisplayName}' does not answer"}.",
                error);
        }
    }

    /// <summary>Waits until the endpoints are others than <paramref name="seen"/>.</summary>
    public Task ChangedAsync(EndpointSet seen, CancellationToken cancellationToken)
    {
        lock (_gate) return ReferenceEquals(_current, seen) ? _changed.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var retry = new RetryPause(_clock);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(await _store.OpenedAsync(stopping).ConfigureAwait(false), retry, stopping).ConfigureAwait(false);
                break;
            }
            catch (Exception error) when (error is StoreException)
            {
                _trouble = error.Message;
                DiscoveryLog.FollowInterrupted(_logger, _service, error.Message);
                await retry.WaitAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception error) when (_store.IsEnd(error, stopping))
            {
                break;
            }
            catch (Exception error)
            {
                // A defect in a store must not end discovery for the life of the process.
                _trouble = error.Message;
                DiscoveryLog.FollowFailed(_logger, error, _service);
                await retry.WaitAsync(stopping).ConfigureAwait(false);
            }
        }

        await _empty.Ended.ConfigureAwait(false);
        _loaded.TrySetException(new ServiceUnavailableException(_service, "The application has stopped."));
        _ = _loaded.Task.Exception;
        lock (_gate) _changed.TrySetResult();
    }

    private async Task FollowAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var events = store.WatchAsync(_path, leaving.Token).GetAsyncEnumerator(leaving.Token);
        await using var ending = events.ConfigureAwait(false);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (_retained.Left is { } left
                    && (left == TimeSpan.Zero || !await ComesWithinAsync(next, left, stopping).ConfigureAwait(false)))
                {
                    await ReloadAsync(store, stopping).ConfigureAwait(false);
                    continue;
                }

                if (!await next.ConfigureAwait(false)) return;
                await ApplyAsync(store, events.Current, stopping).ConfigureAwait(false);
                retry.Reset();
                _trouble = null;
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> ComesWithinAsync(Task next, TimeSpan time, CancellationToken stopping)
    {
        if (next.IsCompleted) return true;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var first = await Task.WhenAny(next, Task.Delay(time, _clock, ending.Token)).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        stopping.ThrowIfCancellationRequested();
        return first == next;
    }

    private async ValueTask ApplyAsync(ICoordinationStore store, StoreEvent change, CancellationToken cancellationToken)
    {
        if (change.Kind == StoreEventKind.Resync)
        {
            await ReloadAsync(store, cancellationToken).ConfigureAwait(false);
        }
        else if (EndpointPath.TryParseBelow(_path, change.Path, out var version, out var node))
        {
            if (node is not ("" or EndpointPath.Barrier))
            {
                var endpoint = change.Kind == StoreEventKind.Deleted
                    ? null
                    : await ReadAsync(store, change.Path, version, cancellationToken).ConfigureAwait(false);
                if (endpoint is not null)
                {
                    if (_serviceNode == 0) _serviceNode = await ReadServiceNodeAsync(store, cancellationToken).ConfigureAwait(false);
                    Publish(_retained.Add(Current.ById, endpoint));
                }
                else if (Current.ById.ContainsKey(change.Path))
                {
                    // The service's node outlives its endpoints: where it went too, or is another one, somebody has deleted them.
                    if (await ReadServiceNodeAsync(store, cancellationToken).ConfigureAwait(false) == _serviceNode)
                    {
                        Publish(Current.ById.Remove(change.Path));
                    }
                    else
                    {
                        _retained.Keep(store, Current.ById);
                    }
                }
            }

            // Not where the version's node itself has come: somebody is about to register, or to raise a barrier.
            var path = StorePath.Join(_path, version);
            if (node.Length == 0 || change.Kind != StoreEventKind.Deleted) _empty.Remove(path);
            else if (!HasEndpoints(version)) _empty.Add(store, path, cancellationToken);
        }
        else if (change.Kind != StoreEventKind.Deleted
            && change.Path.Length > _path.Length
            && change.Path[(_path.Length + 1)..].Split('/') is [var name, var child])
        {
            Tell(name, [child]);
        }
    }

    // Once: nobody would see why the service is not found.
    private void Tell(string name, IReadOnlyList<string> children)
    {
        if (_told.Count < MaxTold && EndpointPath.LooksLikeVersion(name) && children.Any(EndpointPath.IsForMicroFan) && _told.Add(name))
        {
            DiscoveryLog.NoVersion(_logger, StorePath.Join(_path, name));
        }
    }

    private bool HasEndpoints(string version) => Current.All.Any(endpoint => endpoint.Version == version);

    private async ValueTask ReloadAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        var found = ImmutableDictionary.CreateBuilder<string, Endpoint>(StringComparer.Ordinal);
        _serviceNode = await ReadServiceNodeAsync(store, cancellationToken).ConfigureAwait(false);
        foreach (var version in await store.GetChildrenAsync(_path, cancellationToken).ConfigureAwait(false) ?? [])
        {
            var isVersion = Versions.ServiceVersion.TryParse(version, out _);
            if (!isVersion && !EndpointPath.LooksLikeVersion(version)) continue;
            var path = StorePath.Join(_path, version);
            var names = await store.GetChildrenAsync(path, cancellationToken).ConfigureAwait(false) ?? [];
            if (!isVersion)
            {
                Tell(version, names);
                continue;
            }

            foreach (var some in names.Where(name => name != EndpointPath.Barrier)
                .Select(name => StorePath.Join(path, name))
                .Chunk(ReadsAtOnce))
            {
                var nodes = await Task.WhenAll(some.Select(node => store.GetAsync(node, cancellationToken).AsTask())).ConfigureAwait(false);
                for (var i = 0; i < some.Length; i++)
                {
                    if (Read(store, nodes[i], some[i], version) is { } endpoint) found[some[i]] = endpoint;
                }
            }
        }

        var before = Current.All.Select(endpoint => endpoint.Version).ToHashSet(StringComparer.Ordinal);
        Publish(_retained.Merge(store, Current.ById, found.ToImmutable()));
        _loaded.TrySetResult();
        foreach (var version in before.Where(version => !HasEndpoints(version)))
        {
            _empty.Add(store, StorePath.Join(_path, version), cancellationToken);
        }
    }

    private async ValueTask<long> ReadServiceNodeAsync(ICoordinationStore store, CancellationToken cancellationToken) =>
        (await store.GetAsync(_path, cancellationToken).ConfigureAwait(false))?.CreatedTransaction ?? 0;

    private async ValueTask<Endpoint?> ReadAsync(
        ICoordinationStore store, string path, string version, CancellationToken cancellationToken) =>
        Read(store, await store.GetAsync(path, cancellationToken).ConfigureAwait(false), path, version);

    private Endpoint? Read(ICoordinationStore store, StoreNode? node, string path, string version)
    {
        if (node is null) return null;
        try
        {
            // An endpoint that is as it was keeps its load and its pauses.
            var isKnown = Current.ById.TryGetValue(path, out var known)
                && known.Incarnation == node.CreatedTransaction
                && node.Version == 0;
            if (isKnown && _retained.Trusts(store, path)) return known;
            var read = new Endpoint(path, node.CreatedTransaction, _service, version, EndpointJson.Read(node.Data, _tables), _clock);
            return isKnown && RetainedEndpoints.IsSame(known!, read) ? known : read;
        }
        catch (FormatException error)
        {
            _telemetry.Rejected("endpoint", ErrorCodes.BadMessage);
            DiscoveryLog.BadEndpoint(_logger, path, error.Message);
            return null;
        }
    }

    private void Publish(ImmutableDictionary<string, Endpoint> endpoints)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (ReferenceEquals(endpoints, _current.ById)) return;
            Volatile.Write(ref _current, new EndpointSet(endpoints));
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
