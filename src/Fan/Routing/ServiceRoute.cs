using Fan.Discovery;
using Semver;

namespace Fan.Routing;

/// <summary>Chooses an endpoint of one service for one caller's version range: the highest version that has an available endpoint, the best transport that does, and of two such endpoints the less busy one. Safe from any thread.</summary>
internal sealed class ServiceRoute(ServiceFollower follower, string service, VersionRange range, bool waits, TransportChoice transports)
{
    private Choice _choice = new(EndpointSet.Empty, []);

    public string Service => service;

    public VersionRange Range => range;

    /// <summary>An endpoint that was not tried yet.</summary>
    /// <exception cref="FanException">There is none, of the type that says why.</exception>
    public ValueTask<Endpoint> PickAsync(List<Endpoint>? tried, CancellationToken cancellationToken)
    {
        if (follower.IsLoaded && TryPick(tried) is { } endpoint) return new(endpoint);
        return PickSlowlyAsync(tried, cancellationToken);
    }

    private async ValueTask<Endpoint> PickSlowlyAsync(List<Endpoint>? tried, CancellationToken cancellationToken)
    {
        await follower.LoadedAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var seen = follower.Current;
            if (TryPick(tried) is { } endpoint) return endpoint;
            var error = RouteErrors.Explain(service, range, seen, tried, transports);
            // A hard dependency is waited for as long as the call may take; everything else is told at once.
            if (!waits || error is not (NoSuchServiceException or NoMatchingVersionException)) throw error;
            try
            {
                await follower.ChangedAsync(seen, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw error;
            }
        }
    }

    private Endpoint? TryPick(List<Endpoint>? tried)
    {
        var choice = Volatile.Read(ref _choice);
        if (!ReferenceEquals(choice.Set, follower.Current)) Volatile.Write(ref _choice, choice = Choose(follower.Current));
        return Pick(choice, tried, alsoLeaving: false) ?? Pick(choice, tried, alsoLeaving: true);
    }

    private static Endpoint? Pick(Choice choice, List<Endpoint>? tried, bool alsoLeaving)
    {
        foreach (var group in choice.Groups)
        {
            if (PickOf(group, tried, alsoLeaving) is { } endpoint) return endpoint;
        }

        return null;
    }

    private static Endpoint? PickOf(Endpoint[] endpoints, List<Endpoint>? tried, bool alsoLeaving)
    {
        if (endpoints.Length == 1) return IsOpen(endpoints[0], tried, alsoLeaving) ? endpoints[0] : null;
        var first = NextOpen(endpoints, Random.Shared.Next(endpoints.Length), tried, alsoLeaving);
        if (first < 0) return null;
        var second = NextOpen(endpoints, Random.Shared.Next(endpoints.Length), tried, alsoLeaving);
        if (second == first) second = NextOpen(endpoints, (first + 1) % endpoints.Length, tried, alsoLeaving);
        // It may have closed since it was found open.
        if (second < 0) return endpoints[first];
        return endpoints[second].Load.InFlight < endpoints[first].Load.InFlight ? endpoints[second] : endpoints[first];
    }

    private static int NextOpen(Endpoint[] endpoints, int from, List<Endpoint>? tried, bool alsoLeaving)
    {
        for (var i = 0; i < endpoints.Length; i++)
        {
            var at = (from + i) % endpoints.Length;
            if (IsOpen(endpoints[at], tried, alsoLeaving)) return at;
        }

        return -1;
    }

    private static bool IsOpen(Endpoint endpoint, List<Endpoint>? tried, bool alsoLeaving) =>
        endpoint.Load.IsAvailable && (alsoLeaving || !endpoint.Load.IsLeaving) && tried?.Contains(endpoint) != true;

    private Choice Choose(EndpointSet set)
    {
        var usable = set.All
            .Select(endpoint => (Endpoint: endpoint, Rank: transports.RankOf(endpoint.Description), Version: ServiceVersion.TryParse(endpoint.Version, out var version) ? version : null))
            .Where(found => found.Rank != TransportChoice.OutOfReach && found.Version is not null)
            .ToList();
        var matching = usable.Where(found => range.Contains(found.Version!)).ToList();
        // A caller that takes anything takes a pre-release where there is nothing else.
        if (matching.Count == 0 && range.Equals(VersionRange.Any)) matching = usable;
        return new Choice(set, [.. matching
            .GroupBy(found => (Version: found.Version!, found.Rank))
            .OrderByDescending(group => group.Key.Version, SemVersion.PrecedenceComparer)
            .ThenBy(group => group.Key.Rank)
            .Select(group => group.Select(found => found.Endpoint).ToArray())]);
    }

    /// <summary>The endpoints of one version and transport together, the group to ask first in front.</summary>
    private sealed record Choice(EndpointSet Set, Endpoint[][] Groups);
}
