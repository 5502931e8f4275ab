using Fan.Discovery;

namespace Fan.Routing;

/// <summary>Why a route has no endpoint for a call.</summary>
internal static class RouteErrors
{
    private const int MaxNamed = 3;

    public static FanException Explain(string service, VersionRange range, EndpointSet set, List<Endpoint>? tried, TransportChoice transports)
    {
        var all = set.All.ToList();
        if (all.Count == 0) return new NoSuchServiceException(service, $"No service '{service}' is registered.");

        var reachable = all.Where(endpoint => transports.RankOf(endpoint.Description) != TransportChoice.OutOfReach).ToList();
        if (reachable.Count == 0)
        {
            var offered = string.Join(", ", all.Select(endpoint => endpoint.Description.Transport).Distinct(StringComparer.Ordinal));
            return new ServiceUnavailableException(service, $"Service '{service}' is reached over {offered} only, where this application does not reach it ({Reach(transports)}).");
        }

        var versions = reachable.Select(endpoint => endpoint.Version).Distinct(StringComparer.Ordinal)
            .Order(ServiceVersion.Descending).ToList();
        var matching = reachable.Where(endpoint => ServiceVersion.TryParse(endpoint.Version, out var version) && (range.Contains(version) || range.Equals(VersionRange.Any))).ToList();
        if (matching.Count == 0)
            return new NoMatchingVersionException(service, range.Text, versions, $"Service '{service}' has no version that fits '{range}'; there is {string.Join(", ", versions)}.");

        if (tried is { Count: > 0 }) return new ServiceUnavailableException(service, $"No endpoint of '{service}' could be reached; tried {string.Join("; ", tried.Take(MaxNamed).Select(Reason))}.");
        var pause = matching.Min(endpoint => endpoint.Load.Pause);
        return new CircuitOpenException(service, pause, $"Every endpoint of '{service}' failed lately ({string.Join("; ", matching.Take(MaxNamed).Select(Reason))}); the next attempt is allowed in {pause.TotalSeconds:0.0} s.");
    }

    private static string Reach(TransportChoice transports) =>
        transports.Names.Count == 0 ? "it has no transport"
        : transports.IsConfigured ? "its routes allow " + string.Join(", ", transports.Names) + " only"
        : "it has " + string.Join(", ", transports.Names.Order(StringComparer.Ordinal));

    private static string Reason(Endpoint endpoint)
    {
        var name = endpoint.ToString();
        if (endpoint.Load.LastFailure?.TrimEnd('.') is not { } failure) return name;
        return failure.Contains(name, StringComparison.Ordinal) ? failure : $"{name} ({failure})";
    }
}
