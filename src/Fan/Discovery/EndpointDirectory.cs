using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Fan.Coordination;
using Fan.Diagnostics;
using Fan.Messaging;
using Fan.Versions;
using Microsoft.Extensions.Logging;

namespace Fan.Discovery;

/// <summary>Follows services on their first use and keeps their endpoints in memory.</summary>
internal sealed class EndpointDirectory(
    StoreConnection store,
    FanLimits limits,
    TimeSpan patience,
    FanTelemetry telemetry,
    TimeProvider clock,
    ILogger<EndpointDirectory> logger)
    : IEndpointDirectory, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ServiceFollower>> _followers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    public ServiceFollower Follow(string service)
    {
        if (_followers.TryGetValue(service, out var known)) return known.Value;
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        if (_followers.Count >= limits.MaxFollowedServices)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxFollowedServices),
                $"The application follows {limits.MaxFollowedServices} services already ({nameof(FanLimits.MaxFollowedServices)}).");
        }

        return _followers.GetOrAdd(service, name => new Lazy<ServiceFollower>(
            () => new ServiceFollower(name, store, patience, telemetry, clock, logger, _stopping.Token))).Value;
    }

    public async ValueTask<IReadOnlyList<Endpoint>> FindAsync(string service, CancellationToken cancellationToken = default)
    {
        var follower = Follow(ServiceName.Parse(service).Canonical);
        await follower.LoadedAsync(cancellationToken).ConfigureAwait(false);
        return Sorted(follower.Current.All);
    }

    public async IAsyncEnumerable<IReadOnlyList<Endpoint>> WatchAsync(
        string service, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var follower = Follow(ServiceName.Parse(service).Canonical);
        await follower.LoadedAsync(cancellationToken).ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested)
        {
            var seen = follower.Current;
            yield return Sorted(seen.All);
            await follower.ChangedAsync(seen, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<EndpointListing> ListAsync(CancellationToken cancellationToken = default)
    {
        var opened = await store.OpenedAsync(cancellationToken).ConfigureAwait(false);
        await opened.SyncAsync(cancellationToken).ConfigureAwait(false);
        var walk = new DirectoryWalk(opened, clock);
        await walk.VisitAsync(EndpointPath.Root, "", cancellationToken).ConfigureAwait(false);
        return new EndpointListing(Sorted(walk.Endpoints), walk.Problems, walk.Barriers);
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows it under two types and disposes it for each.
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var follower in _followers.Values) await follower.Value.Ended.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static List<Endpoint> Sorted(IEnumerable<Endpoint> endpoints) =>
        [.. endpoints.OrderBy(e => e.Service, StringComparer.Ordinal)
            .ThenBy(e => e.Version, ServiceVersion.Descending)
            .ThenBy(e => e.Id, StringComparer.Ordinal)];
}
