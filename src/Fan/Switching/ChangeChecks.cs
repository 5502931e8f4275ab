using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Routing;
using Semver;

namespace Fan.Switching;

/// <summary>What speaks against a change of routes. For one change, by one flow of control.</summary>
internal sealed class ChangeChecks(ICoordinationStore store, IReadOnlyList<(string Service, RouteEntry? Entry)> changes, Func<string, ValueTask<RouteEntry?>> routeOf)
{
    private readonly Dictionary<string, Live> _live = new(StringComparer.Ordinal);
    private readonly List<string> _refusals = [];
    private readonly List<string> _warnings = [];

    /// <summary>What must not be (refusals) and what should be known (warnings), a sentence each.</summary>
    public async Task<(List<string> Refusals, List<string> Warnings)> FindAsync(IEnumerable<ApplicationRecord> applications, CancellationToken cancellationToken)
    {
        foreach (var (service, entry) in changes)
        {
            var lead = await LeadAsync(service, cancellationToken).ConfigureAwait(false);
            if (lead.Circle is { } circle)
            {
                _refusals.Add($"The route of '{service}' would lead in a circle: {circle}.");
                continue;
            }

            var there = await LiveAsync(service, cancellationToken).ConfigureAwait(false);
            foreach (var version in Active(entry).Where(version => entry!.Alias is null && !there.Versions.Any(found => SemVersion.ComparePrecedence(found, version.Version) == 0)))
                _refusals.Add($"'{service}' {version.Text} has no live endpoint{(there.Versions.Count == 0 ? "; no version of it has one" : $"; there is {string.Join(", ", there.Versions)}")}.");
            var end = await LiveAsync(lead.End, cancellationToken).ConfigureAwait(false);
            if (entry?.Alias is not null && end.Versions.Count == 0) _refusals.Add($"'{lead.End}', to which the calls of '{service}' would go, has no live endpoint.");
            if (entry?.Alias is not null && end.Before is { } before && !lead.Path.Contains(before)) _refusals.Add($"'{lead.End}' is a proxy that stands before '{before}' and takes no calls of '{service}'.");
        }

        var needs = applications.SelectMany(record => record.Needs.Select(need => (record.Application, need.Service, need.Range, need.IsHard))).Distinct();
        foreach (var need in needs) await CheckAsync(need.Application, need.Service, need.Range, need.IsHard, cancellationToken).ConfigureAwait(false);
        return (_refusals, _warnings);
    }

    private async Task CheckAsync(string application, string service, string range, bool isHard, CancellationToken cancellationToken)
    {
        var lead = await LeadAsync(service, cancellationToken).ConfigureAwait(false);
        if (lead.Circle is not null || !changes.Any(change => lead.Path.Contains(change.Service))) return;
        // Of a proxy it says nothing which versions a caller accepts: it calls the service that it stands before.
        var judged = (await LiveAsync(lead.End, cancellationToken).ConfigureAwait(false)).Before is { } before && lead.Path.Contains(before) ? before : lead.End;
        var active = Active(await EntryOfAsync(judged).ConfigureAwait(false));
        var fitting = active.Count > 0 ? [.. active.Select(version => version.Version)] : (await LiveAsync(judged, cancellationToken).ConfigureAwait(false)).Versions;
        if (fitting.Any(version => Fits(range, version))) return;
        var text = $"'{application}' {(isHard ? "depends on" : "uses")} '{service}' {range}, which {(fitting.Count == 0 ? "nothing" : string.Join(", ", fitting))}{(judged == service ? "" : $" of '{judged}'")} does not fit.";
        (isHard ? _refusals : _warnings).Add(text);
    }

    private static List<VersionWeight> Active(RouteEntry? entry) => entry is null ? [] : [.. entry.Versions.Where(version => version.Weight > 0)];

    private static bool Fits(string range, SemVersion version)
    {
        try
        {
            return VersionRange.Parse(range).Contains(version);
        }
        catch (FormatException)
        {
            // Nothing can be said of what is no range.
            return true;
        }
    }

    /// <summary>Where the calls of a service would go in the end.</summary>
    private async ValueTask<Lead> LeadAsync(string service, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = new List<string> { service };
        while ((await EntryOfAsync(path[^1]).ConfigureAwait(false))?.Alias is { } alias)
        {
            if (path.Contains(alias)) return new Lead(path, string.Join(" ▸ ", path.Append(alias)));
            path.Add(alias);
        }

        return new Lead(path, null);
    }

    private async ValueTask<RouteEntry?> EntryOfAsync(string service)
    {
        var changed = changes.FirstOrDefault(change => change.Service == service);
        return changed.Service is not null ? changed.Entry : await routeOf(service).ConfigureAwait(false);
    }

    private async ValueTask<Live> LiveAsync(string service, CancellationToken cancellationToken)
    {
        if (_live.TryGetValue(service, out var known)) return known;
        var versions = new List<SemVersion>();
        string? before = null;
        foreach (var name in await store.GetChildrenAsync(EndpointPath.Service(service), cancellationToken).ConfigureAwait(false) ?? [])
        {
            if (!ServiceVersion.TryParse(name, out var version)) continue;
            var nodes = (await store.GetChildrenAsync(EndpointPath.Version(service, name), cancellationToken).ConfigureAwait(false) ?? []).Where(node => node != EndpointPath.Barrier).ToList();
            if (nodes.Count == 0) continue;
            versions.Add(version);
            before ??= await BeforeAsync(StorePath.Join(EndpointPath.Version(service, name), nodes[0]), cancellationToken).ConfigureAwait(false);
        }

        return _live[service] = new Live(versions, before);
    }

    private async ValueTask<string?> BeforeAsync(string node, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(node, cancellationToken).ConfigureAwait(false) is not { } endpoint) return null;
        try
        {
            return EndpointDescription.Parse(endpoint.Data).Properties.GetValueOrDefault(Endpoint.ProxyProperty);
        }
        catch (FormatException)
        {
            // No endpoint of ours, so no proxy.
            return null;
        }
    }

    /// <summary>The services on the way, the asked one first; where they lead in a circle, how.</summary>
    private sealed record Lead(List<string> Path, string? Circle)
    {
        public string End => Path[^1];
    }

    /// <summary>The versions of a service that live, and what it stands before where it is a proxy.</summary>
    private sealed record Live(List<SemVersion> Versions, string? Before);
}
