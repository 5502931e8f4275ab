using System.Collections.Concurrent;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Sharding;
using Fan.Tree;
using Fan.Versions;
using Semver;

namespace Fan.Routing;

/// <summary>
/// Chooses an endpoint of one service for one caller's version range: of the version that the tree gives the call, or where the
/// tree says nothing the highest that has an available endpoint; the best transport that does, and of two such endpoints the
/// less busy one. Safe from any thread.
/// </summary>
internal sealed partial class ServiceRoute(
    Func<string, ServiceFollower> follow,
    string service,
    VersionRange range,
    bool waits,
    TransportChoice transports,
    RouteAim aim = default)
{
    // An alias of an alias of …: what is longer is a circle.
    private const int MaxAliases = 8;

    private const int MaxPublished = 1024;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    // How much later than a commit an application may hear of endpoints that were registered before it.
    private static readonly TimeSpan WatchLag = TimeSpan.FromSeconds(1);

    private readonly ServiceFollower _follower = follow(service);
    // Two: around a commit, call trees of both sides are under way.
    private Choice? _newer;
    private Choice? _older;
    private PublishedMethods? _published;
    private PublishedName? _name;

    public string Service => service;

    public VersionRange Range => range;

    /// <summary>
    /// An endpoint that was not tried yet; null where there is none, and the request may move to a newer snapshot, which is there.
    /// </summary>
    /// <exception cref="FanException">No endpoint qualifies; the exception's type says why.</exception>
    public ValueTask<Endpoint?> PickAsync(in RouteRequest request, List<Endpoint>? tried, CancellationToken cancellationToken)
    {
        var entry = EntryOf(service, _follower, request);
        if ((entry?.Alias is null || aim.PastAlias)
            && _follower.IsLoaded
            && TryPick(_follower, service, entry, request, tried) is { } endpoint)
        {
            return new(endpoint);
        }

        return PickSlowlyAsync(request, tried, cancellationToken);
    }

    /// <summary>Whether its endpoints are known, or known to be none.</summary>
    public bool IsLoaded => _follower.IsLoaded;

    /// <summary>Waits until its endpoints are known.</summary>
    /// <exception cref="ServiceUnavailableException">The store does not answer.</exception>
    public ValueTask LoadedAsync(CancellationToken cancellationToken) => _follower.LoadedAsync(cancellationToken);

    /// <summary>What the highest version in the range that has the method publishes of it; null where none does.</summary>
    public EndpointMethod? Published(string method)
    {
        var set = _follower.Current;
        if (Volatile.Read(ref _published) is not { } known || !ReferenceEquals(known.Set, set))
        {
            Volatile.Write(ref _published, known = new PublishedMethods(set, []));
        }

        if (known.ByName.TryGetValue(method, out var found)) return found;
        found = FindPublished(set, method);
        // The names come from callers.
        if (known.ByName.Count < MaxPublished) known.ByName.TryAdd(method, found);
        return found;
    }

    /// <summary>The service's name with its brackets as its endpoints publish it; null where none does, or it has none.</summary>
    public ServiceName? PublishedTemplate
    {
        get
        {
            var set = _follower.Current;
            if (Volatile.Read(ref _name) is { } known && ReferenceEquals(known.Set, set)) return known.Name;
            var template = set.All.Select(endpoint => endpoint.Description.Template).OfType<string>().FirstOrDefault();
            var name = template is not null && ServiceName.TryParse(template, out var parsed, out _) ? parsed : null;
            Volatile.Write(ref _name, new PublishedName(set, name));
            return name;
        }
    }

    /// <summary>Whether an endpoint in the range has a method, other than those that a call has tried.</summary>
    public bool IsOfferedBeyond(List<Endpoint> tried, string method)
    {
        var set = (tried[^1].Service == service ? _follower : follow(tried[^1].Service)).Current;
        var accepted = RangeFor(set);
        return set.All.Any(endpoint => endpoint.Offers(method) && !tried.Contains(endpoint)
            && ServiceVersion.TryParse(endpoint.Version, out var version)
            && (accepted.Contains(version) || accepted.Equals(VersionRange.Any)));
    }

    /// <summary>
    /// Says in the headers which versions the caller accepts, where a proxy sends the call on: to another proxy, those of the service
    /// behind it.
    /// </summary>
    public void SayRanges(MessageHeaders headers, Endpoint endpoint)
    {
        if (aim.Passed is { } passed) SayRanges(headers, endpoint, passed);
    }

    /// <summary>
    /// Waits a moment, or until something is known to have changed, before a call that met the wrong owner of its shard is tried again.
    /// </summary>
    /// <exception cref="OperationCanceledException">The time of the call is over; what the worker said is its inner exception.</exception>
    public async ValueTask MovedAsync(int attempts, ShardMovedException moved, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(Math.Min(100, 2 << Math.Min(attempts, 6)) * (0.75 + (Random.Shared.NextDouble() / 2)));
        try
        {
            await _follower.ChangedAsync(_follower.Current, cancellationToken).WaitAsync(pause, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The lock changes hands without a change of endpoints.
        }
        catch (OperationCanceledException error)
        {
            throw new OperationCanceledException(error.Message, moved, cancellationToken);
        }
    }

    /// <summary>
    /// Leaves the process out that sent a call for a shard away, where another one that was not tried has the name of its worker: that one
    /// has the lock, perhaps. Where all were tried, it begins anew with them.
    /// </summary>
    public List<Endpoint>? LeaveOutNamesake(Endpoint endpoint, List<Endpoint>? tried)
    {
        if (SharedWorkerName.WorkerOf(endpoint) is not { } worker || endpoint.Description.Instance is not { } instance) return tried;
        var set = (endpoint.Service == service ? _follower : follow(endpoint.Service)).Current;
        var others = SharedWorkerName.Others(set, worker, instance).ToList();
        if (others.Count == 0) return tried;
        tried ??= [];
        if (others.TrueForAll(tried.Contains)) tried.RemoveAll(one => SharedWorkerName.WorkerOf(one) == worker);
        else tried.AddRange(set.All.Where(one => SharedWorkerName.WorkerOf(one) == worker && one.Description.Instance == instance));
        return tried;
    }

    /// <summary>Whether the tree gives a call to that version, wherever its endpoints are.</summary>
    public bool Gives(in RouteRequest request, SemVersion version)
    {
        if (request.Snapshot.RouteOf(service) is not { } entry) return true;
        if (entry.Alias is not null) return false;
        if (entry.Versions.IsEmpty) return true;
        return VersionChoice.Choose(entry, service, range, request.Draw, request.Context, request.Keys) is { } chosen
            && SemVersion.ComparePrecedence(chosen.Version, version) == 0;
    }

    private void SayRanges(MessageHeaders headers, Endpoint endpoint, string passed)
    {
        headers.VersionRange = range.Header;
        headers.PassedRanges = null;
        if (endpoint.Before is not { } behind) return;
        headers.PassedRanges = passed;
        // What the proxy asks for by itself goes before what the caller accepts, also where it asks for any.
        headers.VersionRange = aim.PastVersions ? range.Text : PassedRanges.Find(passed, behind) ?? range.Header;
    }

    private async ValueTask<Endpoint?> PickSlowlyAsync(RouteRequest request, List<Endpoint>? tried, CancellationToken cancellationToken)
    {
        var target = Resolve(request.Snapshot);
        var follower = target == service ? _follower : follow(target);
        await follower.LoadedAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            // Before anything is looked at, so that no commit is missed.
            var applied = request.History.AppliedAsync();
            var seen = follower.Current;
            var entry = EntryOf(target, follower, request);
            if (TryPick(follower, target, entry, request, tried) is { } endpoint) return endpoint;
            var error = (seen.IsSharded ? RouteErrors.ExplainShard(target, range, seen, entry, request.Keys) : null)
                ?? RouteErrors.Explain(target, RangeFor(seen), seen, entry, tried, transports);
            if (request.MayMove && request.IsBehind) return null;
            if (seen.IsSharded && error is ServiceUnavailableException or CircuitOpenException)
            {
                // Nobody else may serve the shard: the call waits until its owner is back, or has a successor.
                RequireWay(target, entry, request, error);
                await HoldAsync(follower, seen, applied, error, LookAgain, request.Caller, cancellationToken).ConfigureAwait(false);
                tried?.Clear();
                continue;
            }

            if (error is ServiceUnavailableException or CircuitOpenException
                && HandoverOf(seen) is var handover
                && handover > TimeSpan.Zero)
            {
                // What ends properly left the directory before: that it did, or who took its place, is about to be known.
                await HoldAsync(follower, seen, applied, error, handover, request.Caller, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!seen.IsSharded
                && error is NoSuchServiceException or NoMatchingVersionException
                && (target != service || entry is { Versions.IsEmpty: false })
                && WatchLag - request.History.SinceApplied is var left && left > TimeSpan.Zero)
            {
                // Whom a commit names is there: news of the routes may come before news of the endpoints.
                await HoldAsync(follower, seen, applied, error, left, request.Caller, cancellationToken).ConfigureAwait(false);
                continue;
            }

            // A hard dependency is waited for as long as the call may take; everything else is told at once.
            if (!waits || error is not (NoSuchServiceException or NoMatchingVersionException)) throw error;
            RequireWay(target, entry, request, error);
            await HoldAsync(
                follower, seen, applied, error, Timeout.InfiniteTimeSpan, request.Caller, cancellationToken).ConfigureAwait(false);
        }
    }

    private EndpointMethod? FindPublished(EndpointSet set, string method)
    {
        (SemVersion Version, EndpointMethod Method)? highest = null;
        foreach (var endpoint in set.All)
        {
            if (endpoint.FindMethod(method) is not { } found || !ServiceVersion.TryParse(endpoint.Version, out var version)) continue;
            if (!range.Contains(version) && !range.Equals(VersionRange.Any)) continue;
            if (highest is not { } other || SemVersion.ComparePrecedence(version, other.Version) > 0) highest = (version, found);
        }

        return highest?.Method;
    }

    private static TimeSpan HandoverOf(EndpointSet set) => set.All.Select(endpoint => endpoint.Load.Handover).DefaultIfEmpty().Max();

    // Until the endpoints or the routes are others, or that time is over: then an endpoint that was left out may be tried again.
    private static async ValueTask HoldAsync(
        ServiceFollower follower,
        EndpointSet seen,
        Task applied,
        FanException error,
        TimeSpan longest,
        CancellationToken caller,
        CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (longest != Timeout.InfiniteTimeSpan) waiting.CancelAfter(longest);
        await Task.WhenAny(follower.ChangedAsync(seen, waiting.Token), applied.WaitAsync(waiting.Token)).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            // The end of the time is told by what was waited for; the caller's own cancellation is what it is.
            caller.ThrowIfCancellationRequested();
            throw error;
        }

        await waiting.CancelAsync().ConfigureAwait(false);
    }

    // A tree that has made calls stays on its side. What that side waited for may have gone for good, by a commit that it does not read.
    private void RequireWay(string target, RouteEntry? entry, in RouteRequest request, FanException error)
    {
        if (!request.IsBehind) return;
        var newest = request.History.Current;
        var (now, after) = (Resolve(newest), newest.RouteOf(target));
        var isTaken = now != target
            || (entry is { Versions.IsEmpty: false }
                && after is { Versions.IsEmpty: false }
                && !entry.Versions.Any(version => IsActive(version.Version, after)));
        if (!isTaken) return;
        throw new SnapshotGoneException(
            request.Snapshot.Number,
            newest.Number,
            $"{error.Message.TrimEnd('.')}; the call reads the routes as of commit {request.Snapshot.Number}, " +
            $"and commit {newest.Number} leads the calls of '{service}' elsewhere. Call again.")
        {
            IsUnsent = !request.WasSent,
        };
    }

    private string Resolve(TreeSnapshot snapshot)
    {
        var target = service;
        for (var i = 0; i < MaxAliases; i++)
        {
            if (aim.PastAlias && i == 0) return target;
            if (snapshot.RouteOf(target)?.Alias is not { } alias) return target;
            target = alias;
            if (target == aim.Never)
            {
                throw new ServiceUnavailableException(
                    service, $"The route of '{service}' leads back to the proxy '{target}', which calls it; 'fan show' tells the routes.");
            }
        }

        throw new ServiceUnavailableException(
            service, $"The route of '{service}' leads through more than {MaxAliases} other services; 'fan show' tells the routes.");
    }

    // A shard has one owner at a time, so the newest snapshot counts for it, whichever the tree reads.
    private RouteEntry? EntryOf(string target, ServiceFollower follower, in RouteRequest request) =>
        follower.Current.IsSharded ? request.History.Current.RouteOf(target) : aim.PastVersions ? null : request.Snapshot.RouteOf(target);
}
