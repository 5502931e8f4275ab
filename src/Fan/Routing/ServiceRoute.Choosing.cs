using System.Collections.Concurrent;
using Fan.Discovery;
using Fan.Tree;
using Fan.Versions;
using Semver;

namespace Fan.Routing;

internal sealed partial class ServiceRoute
{
    private VersionRange RangeFor(EndpointSet set) => set.IsProxy ? VersionRange.Any : range;

    private Endpoint? TryPick(ServiceFollower follower, string target, RouteEntry? entry, in RouteRequest request, List<Endpoint>? tried)
    {
        var choice = ChoiceFor(follower.Current, entry);
        if (choice.Shards is { IsKnown: true } shards)
        {
            // Nobody else may serve it.
            var owner = shards.OwnerOf(request.Keys);
            return owner?.Pick(tried, alsoLeaving: false) ?? owner?.Pick(tried, alsoLeaving: true);
        }

        if (choice.Versions.Length == 0) return null;
        if (entry is { Versions.IsEmpty: false }
            && VersionChoice.Choose(entry, target, RangeFor(choice.Set), request.Draw, request.Context, request.Keys) is { } given)
        {
            foreach (var version in choice.Versions)
            {
                if (SemVersion.ComparePrecedence(version.Version, given.Version) != 0) continue;
                if ((version.Pick(tried, alsoLeaving: false) ?? version.Pick(tried, alsoLeaving: true)) is { } endpoint) return endpoint;
            }
        }

        return Pick(choice.Versions, tried, alsoLeaving: false) ?? Pick(choice.Versions, tried, alsoLeaving: true);
    }

    private static Endpoint? Pick(EndpointGroups[] versions, List<Endpoint>? tried, bool alsoLeaving)
    {
        foreach (var version in versions)
        {
            if (version.Pick(tried, alsoLeaving) is { } endpoint) return endpoint;
        }

        return null;
    }

    private Choice ChoiceFor(EndpointSet set, RouteEntry? entry)
    {
        if (Volatile.Read(ref _newer) is { } newer && newer.IsFor(set, entry)) return newer;
        if (Volatile.Read(ref _older) is { } older && older.IsFor(set, entry)) return older;
        // Who owns a shard may have a version that the route gives no other calls.
        var made = new Choice(
            set, entry, Choose(set, entry), set.IsSharded ? new ShardChoice(set, entry, Choose(set, null), transports) : null);
        Volatile.Write(ref _older, Volatile.Read(ref _newer));
        Volatile.Write(ref _newer, made);
        return made;
    }

    private EndpointGroups[] Choose(EndpointSet set, RouteEntry? entry)
    {
        // A service has few versions and may have many endpoints.
        var versions = new Dictionary<string, SemVersion?>(StringComparer.Ordinal);
        var usable = set.All
            .Select(endpoint => (Endpoint: endpoint, Rank: transports.RankOf(endpoint.Description), Version: Parsed(endpoint.Version)))
            .Where(found => found.Rank != TransportChoice.OutOfReach && found.Version is not null && IsActive(found.Version, entry))
            .ToList();
        var accepted = RangeFor(set);
        var matching = usable.Where(found => accepted.Contains(found.Version!)).ToList();
        // A caller that takes anything takes a pre-release where there is nothing else.
        if (matching.Count == 0 && accepted.Equals(VersionRange.Any)) matching = usable;
        return [.. matching
            .GroupBy(found => found.Version!)
            .OrderByDescending(version => version.Key, SemVersion.PrecedenceComparer)
            .Select(
                version => new EndpointGroups(version.Key, [.. version.GroupBy(found => found.Rank).OrderBy(rank => rank.Key).Select(
                    rank => rank.Select(found => found.Endpoint).ToArray())]))];

        SemVersion? Parsed(string text)
        {
            if (!versions.TryGetValue(text, out var version))
            {
                versions[text] = version = ServiceVersion.TryParse(text, out var parsed) ? parsed : null;
            }

            return version;
        }
    }

    private static bool IsActive(SemVersion version, RouteEntry? entry) =>
        entry is null || entry.Versions.IsEmpty || entry.Versions.Any(active => SemVersion.ComparePrecedence(active.Version, version) == 0);

    private sealed record PublishedName(EndpointSet Set, ServiceName? Name);

    private sealed record PublishedMethods(EndpointSet Set, ConcurrentDictionary<string, EndpointMethod?> ByName);

    /// <summary>What calls may go to under one route, the highest version first.</summary>
    private sealed class Choice(EndpointSet set, RouteEntry? entry, EndpointGroups[] versions, ShardChoice? shards)
    {
        public EndpointSet Set => set;

        public EndpointGroups[] Versions => versions;

        /// <summary>The owners of its shards; null where it has none.</summary>
        public ShardChoice? Shards => shards;

        public bool IsFor(EndpointSet other, RouteEntry? route) => ReferenceEquals(set, other) && ReferenceEquals(entry, route);
    }
}
