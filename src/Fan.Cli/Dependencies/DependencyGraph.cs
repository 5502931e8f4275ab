using Fan.Cli.Changes;
using Fan.Commits;
using Fan.Discovery;
using Fan.Switching;
using Fan.Tree;
using Fan.Versions;
using Semver;

namespace Fan.Cli.Dependencies;

/// <summary>
/// Puts together who hosts and needs what, and looks at each need as a call of it would: the routes, the versions that run, the range.
/// </summary>
internal sealed class DependencyGraph
{
    private const int MaxAliases = 8;

    private readonly IReadOnlyList<Endpoint> _endpoints;
    private readonly IReadOnlyList<ApplicationRecord> _records;
    private readonly Dictionary<string, RouteEntry> _routes = new(StringComparer.Ordinal);

    private DependencyGraph(
        IReadOnlyList<Endpoint> endpoints, IReadOnlyList<ApplicationRecord> records, IReadOnlyDictionary<string, string> values)
    {
        (_endpoints, _records) = (endpoints, records);
        foreach (var (path, value) in values.Where(value => value.Key.StartsWith(CommitPath.Routes + "/", StringComparison.Ordinal)))
        {
            try
            {
                _routes[EditText.Subject(path)] = RouteEntry.Parse(value);
            }
            catch (FormatException)
            {
                // Applications leave it out too.
            }
        }
    }

    public static async Task<DependencyReport> ReadAsync(
        ISystemChanges changes, IEndpointDirectory directory, CancellationToken cancellationToken)
    {
        var graph = new DependencyGraph(
            (await directory.ListAsync(cancellationToken).ConfigureAwait(false)).Endpoints,
            await changes.ApplicationsAsync(cancellationToken).ConfigureAwait(false),
            (await changes.ReadAsync(cancellationToken).ConfigureAwait(false)).Values);
        var applications = graph.Applications();
        var unmet = applications.SelectMany(application => application.Needs)
            .Where(need => !need.Met)
            .Select(need => need.Service)
            .ToHashSet(StringComparer.Ordinal);
        var commits = await RouteHistory.LastChangesAsync(
            changes, unmet.Select(CommitPath.OfRoute), cancellationToken).ConfigureAwait(false);
        return new DependencyReport
        {
            Applications = [.. applications.Select(
                application => application with { Needs = [.. application.Needs.Select(need => Blame(need, commits))] })],
            Cycles = DependencyCycles.Find(applications),
        };
    }

    private List<ApplicationNeeds> Applications()
    {
        // By what they publish, so that two builds of one name are two lines.
        var known = _records.GroupBy(record => (
            record.Application,
            Hosts: string.Join('|', record.Hosts.Select(host => $"{host.Service} {host.Version}").Order(StringComparer.Ordinal)),
            Needs: string.Join(
                '|', record.Needs.Select(need => $"{need.Service} {need.Range} {need.IsHard}").Order(StringComparer.Ordinal))));
        var applications = known.Select(group => new ApplicationNeeds(
            group.Key.Application, group.Count(),
            [.. group.First().Hosts.Select(host => new HostedServiceReport(host.Service, host.Version))
                .OrderBy(host => host.Service, StringComparer.Ordinal)],
            [.. group.First().Needs.OrderBy(need => need.Service, StringComparer.Ordinal).Select(Look)])).ToList();
        // Endpoints of whoever keeps no record: services that are not Fan's, or that somebody announced for them.
        var instances = _records.Select(record => record.Instance).ToHashSet(StringComparer.Ordinal);
        var others = _endpoints.Where(endpoint => endpoint.Description.Instance is not { } instance || !instances.Contains(instance));
        applications.AddRange(others.GroupBy(
            endpoint => endpoint.Description.Application ?? "-", StringComparer.Ordinal).Select(group => new ApplicationNeeds(
            group.Key, group.Select(endpoint => endpoint.Description.Instance ?? endpoint.Id).Distinct(StringComparer.Ordinal).Count(),
            [.. group.Select(endpoint => new HostedServiceReport(endpoint.Service, endpoint.Version)).Distinct()], [])));
        return [.. applications.OrderBy(application => application.Application, StringComparer.Ordinal)
            .ThenBy(application => string.Join(", ", application.Hosts), StringComparer.Ordinal)];
    }

    private Need Look(DeclaredNeed need)
    {
        var (target, entry) = Resolve(need.Service);
        var running = _endpoints.Where(endpoint => endpoint.Service == target).ToList();
        var fitting = running.Where(endpoint => Fits(need.Range, endpoint.Version) && IsActive(entry, endpoint.Version)).ToList();
        var versions = fitting.Select(endpoint => endpoint.Version).Distinct(StringComparer.Ordinal).ToList();
        var led = target == need.Service ? "" : $" (calls are led to '{target}')";
        return new Need
        {
            Service = need.Service,
            Range = need.Range,
            Hard = need.IsHard,
            Met = fitting.Count > 0,
            By = target == need.Service ? versions : [.. versions.Select(version => $"{target} {version}")],
            Hosts = [.. fitting.Select(endpoint => endpoint.Description.Application).OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)],
            Problem = fitting.Count > 0 ? null
                : running.Count == 0 ? $"nobody runs it{led}"
                : !running.Any(endpoint => Fits(need.Range, endpoint.Version)) ? $"{Listed(running)} runs{led}, which does not fit"
                : $"calls go to {entry}{led}; of what fits, {Listed(running.Where(endpoint => Fits(need.Range, endpoint.Version)))} runs",
        };
    }

    private (string Service, RouteEntry? Entry) Resolve(string service)
    {
        for (var i = 0; i < MaxAliases && _routes.GetValueOrDefault(service)?.Alias is { } alias; i++) service = alias;
        return (service, _routes.GetValueOrDefault(service));
    }

    private static Need Blame(Need need, IReadOnlyDictionary<string, Commit> commits) =>
        !need.Met && commits.TryGetValue(CommitPath.OfRoute(need.Service), out var commit)
            ? need with
            {
                Commit = commit.Number,
                Problem =
                    $"{need.Problem}; commit {commit.Number} by {commit.Author} changed its route " +
                    $"last{(commit.Reason.Length > 0 ? $" ({commit.Reason})" : "")}"
            }

            : need;

    private static string Listed(IEnumerable<Endpoint> endpoints) =>
        string.Join(", ", endpoints.Select(endpoint => endpoint.Version).Distinct(StringComparer.Ordinal));

    private static bool IsActive(RouteEntry? entry, string text) => entry is null || entry.Versions.IsEmpty
        || (ServiceVersion.TryParse(text, out var version)
            && entry.Versions.Any(active => SemVersion.ComparePrecedence(active.Version, version) == 0));

    private static bool Fits(string range, string text)
    {
        try
        {
            // Whoever takes anything takes a pre-release too.
            return ServiceVersion.TryParse(text, out var version)
                && (VersionRange.Parse(range) is var parsed && (parsed.Contains(version) || parsed.Equals(VersionRange.Any)));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
