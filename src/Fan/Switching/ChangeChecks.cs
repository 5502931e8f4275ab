using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Routing;
using Semver;

namespace Fan.Switching;

/// <summary>What speaks against a change of routes.</summary>
internal static class ChangeChecks
{
    /// <summary>What must not be (refusals) and what should be known (warnings), a sentence each.</summary>
    public static async Task<(List<string> Refusals, List<string> Warnings)> FindAsync(
        ICoordinationStore store, IReadOnlyList<(string Service, RouteEntry? Entry)> changes, Func<string, ValueTask<RouteEntry?>> routeOf, IEnumerable<ApplicationRecord> applications, CancellationToken cancellationToken)
    {
        var refusals = new List<string>();
        var warnings = new List<string>();
        var records = applications.ToList();
        foreach (var (service, entry) in changes)
        {
            var target = await FollowAliasesAsync(service, entry, changes, routeOf, refusals).ConfigureAwait(false);
            if (target is null) continue;
            var there = await VersionsAsync(store, target, cancellationToken).ConfigureAwait(false);
            var active = entry is { Alias: null, Versions.IsEmpty: false } ? entry.Versions.Where(version => version.Weight > 0).ToList() : [];
            foreach (var version in active.Where(version => !there.Any(found => SemVersion.ComparePrecedence(found, version.Version) == 0)))
                refusals.Add($"'{service}' {version.Text} has no live endpoint{(there.Count == 0 ? "; no version of it has one" : $"; there is {string.Join(", ", there)}")}.");
            if (entry?.Alias is not null && there.Count == 0) refusals.Add($"'{target}', to which the calls of '{service}' would go, has no live endpoint.");

            var fitting = active.Count > 0 ? [.. active.Select(version => version.Version)] : there;
            foreach (var need in records.SelectMany(record => record.Needs.Where(need => need.Service == service).Select(need => (record.Application, need))).Distinct())
            {
                if (entry?.Alias is not null || fitting.Any(version => Fits(need.need.Range, version))) continue;
                var text = $"'{need.Application}' {(need.need.IsHard ? "depends on" : "uses")} '{service}' {need.need.Range}, which {string.Join(", ", fitting)} does not fit.";
                (need.need.IsHard ? refusals : warnings).Add(text);
            }
        }

        return (refusals, warnings);
    }

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

    private static async ValueTask<string?> FollowAliasesAsync(
        string service, RouteEntry? entry, IReadOnlyList<(string Service, RouteEntry? Entry)> changes, Func<string, ValueTask<RouteEntry?>> routeOf, List<string> refusals)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { service };
        var target = service;
        while (entry?.Alias is { } alias)
        {
            if (!seen.Add(alias))
            {
                refusals.Add($"The route of '{service}' would lead in a circle: {string.Join(" ▸ ", seen)} ▸ {alias}.");
                return null;
            }

            target = alias;
            var changed = changes.FirstOrDefault(change => change.Service == alias);
            entry = changed.Service is not null ? changed.Entry : await routeOf(alias).ConfigureAwait(false);
        }

        return target;
    }

    private static async ValueTask<List<SemVersion>> VersionsAsync(ICoordinationStore store, string service, CancellationToken cancellationToken)
    {
        var versions = new List<SemVersion>();
        foreach (var name in await store.GetChildrenAsync(EndpointPath.Service(service), cancellationToken).ConfigureAwait(false) ?? [])
        {
            if (!ServiceVersion.TryParse(name, out var version)) continue;
            var nodes = await store.GetChildrenAsync(EndpointPath.Version(service, name), cancellationToken).ConfigureAwait(false) ?? [];
            if (nodes.Any(node => node != EndpointPath.Barrier)) versions.Add(version);
        }

        return versions;
    }
}
