using Fan.Coordination;
using Fan.Versions;
using Microsoft.Extensions.Logging;

namespace Fan.Discovery;

/// <summary>
/// Keeps one instance of a service registered, on all its transports: waits for the barrier, creates the nodes, and does so again whenever
/// one has gone. One owner task.
/// </summary>
internal sealed class EndpointRegistration(
    StoreConnection connection,
    string service,
    string version,
    IReadOnlyList<EndpointDescription> transports,
    bool persistent,
    TimeProvider clock,
    ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _versionPath = EndpointPath.Version(service, version);
    private readonly EndpointNodes _nodes = new(service, version, transports, persistent);
    private Task _running = Task.CompletedTask;
    private volatile IReadOnlyList<string> _created = [];
    private volatile string? _obstacle = "not started";
    private bool _isWarned;

    /// <summary>Completed when it is registered, or when the first obstacle (barrier, store) was met.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Why it is not registered; null when it is.</summary>
    public string? Obstacle => _obstacle;

    public string Service => service;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Ends the care, and takes the nodes out unless they are persistent.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (_created is not { Count: > 0 } nodes || persistent || connection.State != SessionState.Connected) return;
        try
        {
            var store = await connection.OpenedAsync(cancellationToken).ConfigureAwait(false);
            await _nodes.DeleteAsync(store, nodes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StoreException or OperationCanceledException)
        {
            DiscoveryLog.DeregistrationFailed(logger, string.Join(", ", nodes), error.Message);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        var retry = new RetryPause(clock);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var store = await OpenAsync().ConfigureAwait(false);
                await WaitForBarrierAsync(store).ConfigureAwait(false);
                var nodes = await _nodes.CreateAsync(store, _stopping.Token).ConfigureAwait(false);
                _created = nodes;
                await WarnWhereHiddenAsync(store).ConfigureAwait(false);
                _obstacle = null;
                _settled.TrySetResult();
                DiscoveryLog.Registered(logger, service, version, string.Join(", ", nodes));
                retry.Reset();
                if (await WaitUntilOneIsGoneAsync(store, nodes).ConfigureAwait(false) is not { } gone) return;
                _obstacle = "registering again";
                DiscoveryLog.RegistrationLost(logger, gone);
            }
            catch (Exception error) when (error is StoreException)
            {
                Meet(error.Message);
                DiscoveryLog.RegistrationInterrupted(logger, service, version, error.Message);
                await retry.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (connection.IsEnd(error, _stopping.Token))
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it was, an endpoint that is served must come back into the store.
                Meet(error.Message);
                DiscoveryLog.RegistrationFailed(logger, error, service, version);
                await retry.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task<ICoordinationStore> OpenAsync()
    {
        var opening = connection.OpenedAsync(_stopping.Token);
        if (!opening.IsCompleted && connection.Trouble is { } trouble) Meet(trouble);
        return await opening.ConfigureAwait(false);
    }

    private void Meet(string obstacle)
    {
        _obstacle = obstacle;
        _settled.TrySetResult();
    }

    private async Task WaitForBarrierAsync(ICoordinationStore store)
    {
        var barrier = StorePath.Join(_versionPath, EndpointPath.Barrier);
        if (await store.GetAsync(barrier, _stopping.Token).ConfigureAwait(false) is null) return;
        DiscoveryLog.BarrierStands(logger, service, version, barrier);
        Meet($"a barrier stands at {barrier}");
        // Looks again at every event, of whatever kind: a change of the barrier's data or a reconnection must not end the wait, nor lose
        // it.
        await foreach (var _ in store.WatchAsync(barrier, _stopping.Token).ConfigureAwait(false))
        {
            if (await store.GetAsync(barrier, _stopping.Token).ConfigureAwait(false) is null) return;
        }
    }

    // micro-fan sees no other versions than 1, 1.2 and 1.2.3, and fails on a service that has none of them.
    private async Task WarnWhereHiddenAsync(ICoordinationStore store)
    {
        if (_isWarned || !_nodes.AreForMicroFan || ServiceVersion.IsPlain(version)) return;
        var versions = await store.GetChildrenAsync(EndpointPath.Service(service), _stopping.Token).ConfigureAwait(false) ?? [];
        if (versions.Any(ServiceVersion.IsPlain)) return;
        _isWarned = true;
        DiscoveryLog.OnlyHiddenVersions(logger, service, version);
    }

    /// <summary>The node that has gone; null when the store was closed.</summary>
    private async Task<string?> WaitUntilOneIsGoneAsync(ICoordinationStore store, IReadOnlyList<string> nodes)
    {
        if (nodes.Count == 1) return await WaitUntilGoneAsync(store, nodes[0], _stopping.Token).ConfigureAwait(false);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var waits = nodes.Select(node => WaitUntilGoneAsync(store, node, leaving.Token)).ToList();
        var first = await Task.WhenAny(waits).ConfigureAwait(false);
        await leaving.CancelAsync().ConfigureAwait(false);
        // What the first one met is what counts.
        await ((Task)Task.WhenAll(waits)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await first.ConfigureAwait(false);
    }

    private async Task<string?> WaitUntilGoneAsync(ICoordinationStore store, string node, CancellationToken leaving)
    {
        await foreach (var change in store.WatchAsync(node, leaving).ConfigureAwait(false))
        {
            if (change.Kind is not (StoreEventKind.Deleted or StoreEventKind.Resync)) continue;
            var found = await store.GetAsync(node, leaving).ConfigureAwait(false);
            // A node that an earlier session of ours owns will go with it.
            if (found is null || (!persistent && found.EphemeralOwner != store.SessionId)) return node;
        }

        return null;
    }
}
