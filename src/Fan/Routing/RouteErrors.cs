using Fan.Discovery;
using Fan.Sharding;
using Fan.Tree;
using Fan.Versions;
using Semver;

namespace Fan.Routing;

/// <summary>Why a route has no endpoint for a call.</summary>
internal static class RouteErrors
{
    private const int MaxNamed = 3;

    public static FanException Explain(
        string service, VersionRange range, EndpointSet set, RouteEntry? entry, List<Endpoint>? tried, TransportChoice transports)
    {
        var all = set.All.ToList();
        if (all.Count == 0) return new NoSuchServiceException(service, $"No service '{service}' is registered.");

        var reachable = all.Where(endpoint => transports.RankOf(endpoint.Description) != TransportChoice.OutOfReach).ToList();
        if (reachable.Count == 0)
        {
            return new ServiceUnavailableException(service, OutOfReach(service, all, transports));
        }

        var versions = reachable.Select(endpoint => endpoint.Version).Distinct(StringComparer.Ordinal)
            .Order(ServiceVersion.Descending).ToList();
        var matching = reachable.Where(endpoint => ServiceVersion.TryParse(endpoint.Version, out var version)
            && (range.Contains(version) || range.Equals(VersionRange.Any))).ToList();
        if (matching.Count == 0)
        {
            return new NoMatchingVersionException(
                service,
                range.Text,
                versions,
                $"Service '{service}' has no version that fits '{range}'; there is {string.Join(", ", versions)}.");
        }

        if (entry is { Versions.IsEmpty: false })
        {
            var active = matching.Where(endpoint => entry.Versions.Any(version => ServiceVersion.TryParse(endpoint.Version, out var found)
                && SemVersion.ComparePrecedence(version.Version, found) == 0)).ToList();
            if (active.Count == 0)
            {
                return entry.Versions.Any(version => VersionChoice.Fits(range, version))
                    ? new ServiceUnavailableException(
                        service, $"Calls of '{service}' go to {entry}, which has no endpoint; there is {string.Join(", ", versions)}.")
                    : new NoMatchingVersionException(
                        service,
                        range.Text,
                        [.. entry.Versions.Select(version => version.Text)],
                        $"Service '{service}' has no active version that fits '{range}'; calls go to {entry}.");
            }

            matching = active;
        }

        if (tried is { Count: > 0 })
        {
            return new ServiceUnavailableException(
                service,
                $"No endpoint of '{service}' could be reached; " +
                $"tried {string.Join("; ", tried.Take(MaxNamed).Select(Reason))}.{Namesakes(tried)}");
        }

        var pause = matching.Min(endpoint => endpoint.Load.Pause);
        return new CircuitOpenException(
            service,
            pause,
            $"Every endpoint of '{service}' failed lately ({string.Join("; ", matching.Take(MaxNamed).Select(Reason))}); " +
            $"the next attempt is allowed in {pause.TotalSeconds:0.0} s.");
    }

    private static string OutOfReach(string service, List<Endpoint> all, TransportChoice transports)
    {
        var reasons = all.Select(endpoint => (Endpoint: endpoint, Why: transports.WhyOutOfReach(endpoint.Description))).ToList();
        var others = string.Join(", ", reasons.Where(found => found.Why is null).Select(
            found => found.Endpoint.Description.Transport).Distinct(StringComparer.Ordinal));
        var known = string.Join(
            "; ", reasons.Where(found => found.Why is not null).Take(MaxNamed).Select(found => $"{found.Endpoint} {found.Why}"));
        return known.Length == 0
            ? $"Service '{service}' is reached over {others} only, where this application does not reach it ({Reach(transports)})."
            : others.Length == 0 ? $"Service '{service}' is out of reach for this application: {known}."
            : $"Service '{service}' is out of reach for this application: {known}; " +
                $"over {others} it does not reach it ({Reach(transports)}).";
    }

    private static string Reach(TransportChoice transports) =>
        transports.Names.Count == 0 ? "it has no transport"
        : transports.IsConfigured ? "its routes allow " + string.Join(", ", transports.Names) + " only"
        : "it has " + string.Join(", ", transports.Names.Order(StringComparer.Ordinal));

    /// <summary>Why nobody may serve a shard for this caller, though somebody owns it; null where that is not why.</summary>
    public static FanException? ExplainShard(string service, VersionRange range, EndpointSet set, RouteEntry? entry, string? keys)
    {
        if (ShardAssignment.Of(set, entry) is not { } assignment) return null;
        var shard = assignment.Plan.ShardOf(keys);
        if (assignment.OwnerOf(shard) is not { } owner) return null;
        var versions = set.All.Where(endpoint => endpoint.Description.Properties.GetValueOrDefault(ShardOffer.WorkerProperty) == owner)
            .Select(endpoint => endpoint.Version)
            .Distinct(StringComparer.Ordinal).ToList();
        return versions.Count == 0
            || range.Equals(VersionRange.Any)
            || versions.Any(text => ServiceVersion.TryParse(text, out var version) && range.Contains(version))
            ? null
            : new NoMatchingVersionException(
                service,
                range.Text,
                versions,
                $"Shard {shard} of '{service}' is owned by {owner}, whose version {string.Join(", ", versions)} does not fit '{range}'.");
    }

    // Then one of them had sent the call away.
    private static string Namesakes(List<Endpoint> tried) =>
        string.Concat(SharedWorkerName.Find(tried).Select(shared => $" {shared}. {SharedWorkerName.Advice}"));

    private static string Reason(Endpoint endpoint)
    {
        var name = endpoint.ToString();
        if (endpoint.Load.LastFailure?.TrimEnd('.') is not { } failure) return name;
        return failure.Contains(name, StringComparison.Ordinal) ? failure : $"{name} ({failure})";
    }
}
