using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Proxies;
using Fan.Tree;
using Fan.Versions;
using Semver;

namespace Fan.Switching;

/// <summary>What speaks against a change of routes. For one change, by one flow of control.</summary>
internal sealed class ChangeChecks(
    ICoordinationStore store, IReadOnlyList<(string Service, RouteEntry? Entry)> changes, Func<string, ValueTask<RouteEntry?>> routeOf)
{
    private const int MaxMisfits = 3;

    private readonly Dictionary<string, Live> _live = new(StringComparer.Ordinal);
    private readonly List<string> _refusals = [];
    private readonly List<string> _warnings = [];

    /// <summary>What must not be (refusals) and what should be known (warnings), a sentence each.</summary>
    public async Task<(List<string> Refusals, List<string> Warnings)> FindAsync(
        IEnumerable<ApplicationRecord> applications, CancellationToken cancellationToken)
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
            foreach (var version in Active(entry).Where(
                version => entry!.Alias is null && !there.Versions.Any(found => SemVersion.ComparePrecedence(found, version.Version) == 0)))
            {
                _refusals.Add(
                    $"'{service}' {version.Text} has no live endpoint" +
                    $"{(there.Versions.Count == 0 ? "; no version of it has one" : $"; there is {string.Join(", ", there.Versions)}")}.");
            }

            if (entry is not null)
            {
                ShardChecks.Find(
                    service,
                    entry,
                    await new ShardDirectory(store).OffersAsync(service, cancellationToken).ConfigureAwait(false),
                    _refusals,
                    _warnings);
            }

            var end = await LiveAsync(lead.End, cancellationToken).ConfigureAwait(false);
            if (entry?.Alias is not null && end.Versions.Count == 0)
            {
                _refusals.Add($"'{lead.End}', to which the calls of '{service}' would go, has no live endpoint.");
            }

            if (entry?.Alias is not null
                && end.Before is { } before
                && !await StandsBeforeAsync(lead.Path, before, cancellationToken).ConfigureAwait(false))
            {
                _refusals.Add($"'{lead.End}' is a proxy that stands before '{before}' and takes no calls of '{service}'.");
            }

            if (entry?.Alias is not null
                && await ProxyRing.FindAsync(lead.End, async name =>
                    (await LiveAsync(name, cancellationToken).ConfigureAwait(false)).Before).ConfigureAwait(false) is { } ring)
                _refusals.Add($"The calls of '{service}' would go round for ever, as these proxies stand before each other: {ring}.");
        }

        var needs = applications.SelectMany(
            record => record.Needs.Select(need => (record.Application, Need: need with { IsMet = false }))).Distinct();
        foreach (var (application, need) in needs) await CheckAsync(application, need, cancellationToken).ConfigureAwait(false);
        return (_refusals, _warnings);
    }

    // The calls of the service itself, and of another proxy that stands before it.
    private async ValueTask<bool> StandsBeforeAsync(List<string> path, string before, CancellationToken cancellationToken)
    {
        if (path.Contains(before)) return true;
        foreach (var name in path.SkipLast(1))
        {
            if ((await LiveAsync(name, cancellationToken).ConfigureAwait(false)).Before == before) return true;
        }

        return false;
    }

    private async Task CheckAsync(string application, DeclaredNeed need, CancellationToken cancellationToken)
    {
        var (service, range) = (need.Service, need.Range);
        var lead = await LeadAsync(service, cancellationToken).ConfigureAwait(false);
        if (lead.Circle is not null || !changes.Any(change => lead.Path.Contains(change.Service))) return;
        // Of a proxy it says nothing which versions a caller accepts: it calls the service that it stands before.
        var judged = (await LiveAsync(lead.End, cancellationToken).ConfigureAwait(false)).Before is { } before && lead.Path.Contains(before)
            ? before
            : lead.End;
        var active = Active(await EntryOfAsync(judged).ConfigureAwait(false));
        var fitting = active.Count > 0
            ? [.. active.Select(version => version.Version)]
            : (await LiveAsync(judged, cancellationToken).ConfigureAwait(false)).Versions;
        if (fitting.Where(version => Fits(range, version)).ToList() is { Count: > 0 } called)
        {
            if (active.Count > 0) await CheckContractAsync(application, need, judged, called, cancellationToken).ConfigureAwait(false);
            return;
        }

        var text =
            $"'{application}' {(need.IsHard ? "depends on" : "uses")} '{service}' {range}, which " +
            $"{(fitting.Count == 0 ? "nothing" : string.Join(", ", fitting))}{(judged == service ? "" : $" of '{judged}'")} does not fit.";
        (need.IsHard ? _refusals : _warnings).Add(text);
    }

    // What it was built with is known while an endpoint of that version lives; then what it can't call there can be told.
    private async Task CheckContractAsync(
        string application, DeclaredNeed need, string judged, List<SemVersion> called, CancellationToken cancellationToken)
    {
        if (need.Contract is null || !ServiceVersion.TryParse(need.Contract, out var built)) return;
        var live = await LiveAsync(judged, cancellationToken).ConfigureAwait(false);
        if (await DescriptionAsync(live, built, cancellationToken).ConfigureAwait(false) is not { } own) return;
        foreach (var version in called.Where(version => SemVersion.ComparePrecedence(version, built) != 0))
        {
            if (await DescriptionAsync(live, version, cancellationToken).ConfigureAwait(false) is not { } offered) continue;
            if (ContractMisfits.Find(own, built.ToString(), offered, version.ToString()) is { Count: > 0 } misfits)
            {
                _warnings.Add(
                    $"'{application}' was built with '{judged}' {built} and can't call all of {version}: " +
                    $"{string.Join("; ", misfits.Take(MaxMisfits))}" +
                    $"{(misfits.Count > MaxMisfits ? $"; and {misfits.Count - MaxMisfits} more methods" : "")}.");
            }
        }
    }

    private static List<VersionWeight> Active(RouteEntry? entry) =>
        entry is null ? [] : [.. entry.Versions.Where(version => version.Weight > 0)];

    /// <summary>Whether a version fits a range as an application declared it.</summary>
    public static bool Fits(string range, SemVersion version)
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
        var nodesOf = new Dictionary<SemVersion, string>();
        string? before = null;
        foreach (var name in await store.GetChildrenAsync(EndpointPath.Service(service), cancellationToken).ConfigureAwait(false) ?? [])
        {
            if (!ServiceVersion.TryParse(name, out var version)) continue;
            var nodes = (await store.GetChildrenAsync(EndpointPath.Version(service, name), cancellationToken).ConfigureAwait(false)
                ?? []).Where(node => node != EndpointPath.Barrier).ToList();
            if (nodes.Count == 0) continue;
            versions.Add(version);
            nodesOf[version] = StorePath.Join(EndpointPath.Version(service, name), nodes[0]);
            before ??= (await DescriptionAsync(
                nodesOf[version], cancellationToken).ConfigureAwait(false))?.Properties.GetValueOrDefault(Endpoint.ProxyProperty);
        }

        return _live[service] = new Live(versions, before, nodesOf);
    }

    private async ValueTask<EndpointDescription?> DescriptionAsync(Live live, SemVersion version, CancellationToken cancellationToken) =>
        live.Nodes.GetValueOrDefault(version) is { } node ? await DescriptionAsync(node, cancellationToken).ConfigureAwait(false) : null;

    private async ValueTask<EndpointDescription?> DescriptionAsync(string node, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(node, cancellationToken).ConfigureAwait(false) is not { } endpoint) return null;
        try
        {
            return EndpointDescription.Parse(endpoint.Data);
        }
        catch (FormatException)
        {
            // No endpoint of ours: nothing can be said of it.
            return null;
        }
    }

    /// <summary>The services on the way, the asked one first; where they lead in a circle, how.</summary>
    private sealed record Lead(List<string> Path, string? Circle)
    {
        public string End => Path[^1];
    }

    /// <summary>The versions of a service that live, what it stands before where it is a proxy, and an endpoint's node of each.</summary>
    private sealed record Live(List<SemVersion> Versions, string? Before, Dictionary<SemVersion, string> Nodes);
}
