using Fan.Tree;
using Semver;

namespace Fan.Sharding;

/// <summary>Which versions of a sharded service own which of its shards, by the route and by what lives. Immutable.</summary>
internal sealed class ShardVersions
{
    // Each shard's place in an order that has nothing to do with its number.
    private readonly int[] _ranks;
    private readonly int[] _bounds;

    public ShardVersions(IReadOnlyList<ShardOffer> offers, RouteEntry? entry)
    {
        // A program of the revision before computes as it did: all must come to the same.
        var isFormer = offers.Any(offer => offer.Rules < ShardOffer.CurrentRules);
        var active = entry is null ? [] : entry.Versions.Where(version => version.Weight > 0).ToList();
        Groups = active.Count == 0 && entry is null or { Versions.IsEmpty: true } ? [isFormer ? static _ => true : FitsTheLowest(offers)]
            : isFormer || active.Count == 0 ? [version => active.Exists(one => IsSame(one.Version, version))]
            : [.. active.Select<VersionWeight, Func<SemVersion, bool>>(one => version => IsSame(one.Version, version))];
        MayBeNamed = isFormer ? Groups[0] : static _ => true;
        Plan = PlanOf(offers.Where(offer => Groups.Any(group => group(offer.Version)))) ?? (isFormer ? null : PlanOf(offers));
        _bounds = BoundsOf(Groups.Count, active, Plan?.Count ?? 0);
        _ranks = Groups.Count == 1 ? [] : Ranks(Plan?.Count ?? 0);
    }

    /// <summary>How the keys are divided; null where no version that counts is served.</summary>
    public ShardPlan? Plan { get; }

    /// <summary>The versions that share shards among their workers, the highest first.</summary>
    public IReadOnlyList<Func<SemVersion, bool>> Groups { get; }

    /// <summary>The versions whose workers own what a commit has assigned to them.</summary>
    public Func<SemVersion, bool> MayBeNamed { get; }

    /// <summary>Which of the groups a shard belongs to.</summary>
    public int GroupOf(int shard)
    {
        if (_ranks.Length == 0) return 0;
        for (var group = 0; group < _bounds.Length; group++)
        {
            if (_ranks[shard] < _bounds[group]) return group;
        }

        return _bounds.Length - 1;
    }

    // Of two plans the newer version's counts, and of one version's the larger one.
    private static ShardPlan? PlanOf(IEnumerable<ShardOffer> offers) => offers
        .OrderByDescending(offer => offer.Version, SemVersion.PrecedenceComparer)
        .ThenByDescending(offer => offer.Plan.Count)
        .ThenByDescending(offer => offer.Plan.Text, StringComparer.Ordinal)
        .FirstOrDefault()?.Plan;

    // Without a route a version that callers of the others can't take waits for its switch, or for the end of the others.
    private static Func<SemVersion, bool> FitsTheLowest(IReadOnlyList<ShardOffer> offers)
    {
        var lowest = offers.MinBy(offer => offer.Version, SemVersion.PrecedenceComparer)!.Version;
        return version => version.Major == lowest.Major
            && (lowest.Major > 0 || (version.Minor == lowest.Minor && (lowest.Minor > 0 || version.Patch == lowest.Patch)));
    }

    // The highest version's part comes first: what a growing share has reached stays with it.
    private static int[] BoundsOf(int groups, List<VersionWeight> active, int shards)
    {
        if (groups == 1) return [shards];
        var bounds = new int[groups];
        var weight = 0;
        for (var i = 0; i < groups; i++)
        {
            weight += active[i].Weight;
            bounds[i] = (int)Math.Round((double)weight * shards / RouteEntry.WholeWeight, MidpointRounding.AwayFromZero);
        }

        return bounds;
    }

    private static int[] Ranks(int shards)
    {
        var ranks = new int[shards];
        var place = 0;
        foreach (var shard in Enumerable.Range(0, shards).OrderBy(shard => ShardHash.Mix((uint)shard + 0x9e3779b9)).ThenBy(shard => shard))
        {
            ranks[shard] = place++;
        }

        return ranks;
    }

    private static bool IsSame(SemVersion left, SemVersion right) => SemVersion.ComparePrecedence(left, right) == 0;
}
