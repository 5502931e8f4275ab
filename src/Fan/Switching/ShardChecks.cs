using Fan.Sharding;
using Fan.Tree;
using Semver;

namespace Fan.Switching;

/// <summary>What speaks against a route of a sharded service.</summary>
internal static class ShardChecks
{
    public static void Find(
        string service, RouteEntry entry, IReadOnlyList<ShardOffer> offers, List<string> refusals, List<string> warnings)
    {
        var active = entry.Versions.Where(version => version.Weight > 0).ToList();
        if (offers.Count == 0 || active.Count == 0) return;
        if (active.Count > 1) FindShares(service, entry, active, offers, refusals, warnings);
        var staying = entry.Assigned
            .Where(one => offers.Any(offer => offer.Worker == one.Value)
                && !offers.Any(offer => offer.Worker == one.Value && active.Exists(version => IsSame(version.Version, offer.Version))))
            .GroupBy(one => one.Value, one => one.Key, StringComparer.Ordinal);
        foreach (var worker in staying)
        {
            var versions = string.Join(", ", offers.Where(offer => offer.Worker == worker.Key).Select(offer => offer.Version).Distinct());
            warnings.Add(
                $"Shards {ShardText.Of([.. worker.Order()])} of '{service}' stay with '{worker.Key}', which has {versions}, as a commit " +
                $"assigned them; 'fan shard move {service} " +
                $"{string.Join(' ', worker.Order().Select(shard => $"{shard}='*'"))}' gives them back.");
        }
    }

    private static void FindShares(
        string service,
        RouteEntry entry,
        List<VersionWeight> active,
        IReadOnlyList<ShardOffer> offers,
        List<string> refusals,
        List<string> warnings)
    {
        var plans = active
            .Select(version => (version.Text, Plan: offers.FirstOrDefault(offer => IsSame(offer.Version, version.Version))?.Plan.Text))
            .Where(version => version.Plan is not null).ToList();
        if (plans.DistinctBy(version => version.Plan).Count() > 1)
        {
            refusals.Add(
                $"'{service}' can't be split: " +
                $"{string.Join(", and ", plans.Select(version => $"{version.Text} divides its keys by '{version.Plan}'"))}.");
            return;
        }

        var versions = new ShardVersions(offers, entry);
        if (versions.Groups.Count < 2 || versions.Plan is not { } plan) return;
        var counts = Enumerable.Range(0, plan.Count).CountBy(versions.GroupOf).ToDictionary();
        for (var group = 0; group < active.Count; group++)
        {
            if (counts.GetValueOrDefault(group) == 0)
            {
                refusals.Add(
                    $"{active[group].Weight} % of the {plan.Count} shards of '{service}' is none: " +
                    $"{active[group].Text} would get no calls. Assign it a shard, or give it more.");
            }
        }

        var parts = active.Select((version, group) => $"{version.Text} has {counts.GetValueOrDefault(group)} of {plan.Count}");
        warnings.Add($"A shard has one owner, so '{service}' is split by shards: {string.Join(", ", parts)}.");
    }

    private static bool IsSame(SemVersion left, SemVersion right) => SemVersion.ComparePrecedence(left, right) == 0;
}
