using Fan.Discovery;
using Semver;

namespace Fan.Routing;

/// <summary>The endpoints of one version that can be reached, those of the best transport first. Immutable.</summary>
internal sealed class EndpointGroups(SemVersion version, Endpoint[][] byTransport)
{
    public SemVersion Version => version;

    public IEnumerable<Endpoint> All => byTransport.SelectMany(endpoints => endpoints);

    /// <summary>Of the best transport that has any, the less busy one of two.</summary>
    public Endpoint? Pick(List<Endpoint>? tried, bool alsoLeaving)
    {
        foreach (var endpoints in byTransport)
        {
            if (PickOf(endpoints, tried, alsoLeaving) is { } endpoint) return endpoint;
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
}
