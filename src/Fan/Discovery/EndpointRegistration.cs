using Fan.Coordination;
using Microsoft.Extensions.Logging;

namespace Fan.Discovery;

/// <summary>Keeps one endpoint registered: waits for the barrier, creates the node, and does so again whenever it has gone. One owner task.</summary>
internal sealed class EndpointRegistration(
    StoreConnection connection, string service, string version, EndpointDescription description, bool persistent, TimeProvider clock, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _versionPath = EndpointPath.Version(service, version);
    private readonly byte[] _data = description.ToJson();
    private Task _running = Task.CompletedTask;
    private volatile string? _node;
    private volatile string? _obstacle = "not started";

    /// <summary>Completed when it is registered, or when the first obstacle (barrier, store) was met.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Why it is not registered; null when it is.</summary>
    public string? Obstacle => _obstacle;

    public string Service => service;

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Ends the care, and takes the node out unless it is persistent.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (_node is not { } node || persistent || connection.State != SessionState.Connected) return;
        try
        {
            var store = await connection.OpenedAsync(cancellationToken).ConfigureAwait(false);
            await store.CommitAsync([new StoreOperation.Delete(node)], cancellationToken).ConfigureAwait(false);
        }
        catch (StoreConflictException)
        {
            // Gone already, which is what was wanted.
        }
        catch (Exception error) when (error is StoreException or OperationCanceledException)
        {
            DiscoveryLog.DeregistrationFailed(logger, node, error.Message);
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
                var node = await RegisterAsync(store).ConfigureAwait(false);
                _node = node;
                _obstacle = null;
                _settled.TrySetResult();
                DiscoveryLog.Registered(logger, service, version, node);
                retry.Reset();
                if (!await WaitUntilGoneAsync(store, node).ConfigureAwait(false)) return;
                _obstacle = "registering again";
                DiscoveryLog.RegistrationLost(logger, node);
            }
            catch (Exception error) when (error is StoreException)
            {
                Meet(error.Message);
                DiscoveryLog.RegistrationInterrupted(logger, service, version, error.Message);
                await retry.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
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
        // Looks again at every event, of whatever kind: a change of the barrier's data or a reconnection must not end the wait, nor lose it.
        await foreach (var _ in store.WatchAsync(barrier, _stopping.Token).ConfigureAwait(false))
        {
            if (await store.GetAsync(barrier, _stopping.Token).ConfigureAwait(false) is null) return;
        }
    }

    private async Task<string> RegisterAsync(ICoordinationStore store)
    {
        var kept = await RemoveLeftoversAsync(store).ConfigureAwait(false);
        if (kept is not null) return kept;
        var prefix = StorePath.Join(_versionPath, EndpointPath.Prefix(description.Transport));
        var node = new StoreOperation.Create(prefix, _data, persistent ? NodeKind.PersistentSequential : NodeKind.EphemeralSequential);
        while (true)
        {
            foreach (var parent in EndpointPath.Chain(service, version))
                await CreateUnlessThereAsync(store, parent).ConfigureAwait(false);
            try
            {
                return (await store.CommitAsync([node], _stopping.Token).ConfigureAwait(false))[0].Path;
            }
            catch (StoreConflictException error) when (error.Conflict == StoreConflict.NoNode)
            {
                // The last other instance left at this moment and the container above was collected.
            }
        }
    }

    private async Task CreateUnlessThereAsync(ICoordinationStore store, StoreOperation.Create parent)
    {
        if (await store.GetAsync(parent.Path, _stopping.Token).ConfigureAwait(false) is not null) return;
        try
        {
            await store.CommitAsync([parent], _stopping.Token).ConfigureAwait(false);
        }
        catch (StoreConflictException error) when (error.Conflict is StoreConflict.NodeExists or StoreConflict.NoNode)
        {
            // Somebody else made it, or collected what is above it: the node itself decides.
        }
    }

    // A node of this very instance that an earlier session owns would get calls twice as often until that session expires.
    private async Task<string?> RemoveLeftoversAsync(ICoordinationStore store)
    {
        foreach (var name in await store.GetChildrenAsync(_versionPath, _stopping.Token).ConfigureAwait(false) ?? [])
        {
            if (name == EndpointPath.Barrier) continue;
            var path = StorePath.Join(_versionPath, name);
            if (await store.GetAsync(path, _stopping.Token).ConfigureAwait(false) is not { } node || !IsOurs(node, out var same)) continue;
            if (same && node.EphemeralOwner == (persistent ? 0 : store.SessionId)) return path;
            try
            {
                await store.CommitAsync([new StoreOperation.Delete(path, node.Version)], _stopping.Token).ConfigureAwait(false);
            }
            catch (StoreConflictException)
            {
                // It went, or changed hands, by itself.
            }
        }

        return null;
    }

    private bool IsOurs(StoreNode node, out bool same)
    {
        same = node.Data.Span.SequenceEqual(_data);
        if (same) return true;
        try
        {
            var other = EndpointDescription.Parse(node.Data);
            return persistent
                ? node.EphemeralOwner == 0 && other.IsFan && other.Transport == description.Transport && other.Host == description.Host && other.Port == description.Port
                : other.Instance is { } instance && instance == description.Instance && other.Transport == description.Transport;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>True when the node has gone; false when the store was closed.</summary>
    private async Task<bool> WaitUntilGoneAsync(ICoordinationStore store, string node)
    {
        await foreach (var change in store.WatchAsync(node, _stopping.Token).ConfigureAwait(false))
        {
            if (change.Kind is not (StoreEventKind.Deleted or StoreEventKind.Resync)) continue;
            var found = await store.GetAsync(node, _stopping.Token).ConfigureAwait(false);
            // A node that an earlier session of ours owns will go with it.
            if (found is null || (!persistent && found.EphemeralOwner != store.SessionId)) return true;
        }

        return false;
    }
}
