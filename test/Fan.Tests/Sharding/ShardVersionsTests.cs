using System.Collections.Immutable;
using CsCheck;
using Fan.Discovery;
using Fan.Sharding;
using Fan.Switching;
using Fan.Tree;

namespace Fan.Tests.Sharding;

/// <summary>Which version owns which shard: the table of docs/sharding.md.</summary>
public sealed class ShardVersionsTests
{
    private const int Shards = 16;

    [Fact]
    public void Without_a_route_versions_that_fit_the_lowest_share_the_shards()
    {
        Assert.Equal(["old", "new"], OwnersOf(null, ("old", "1.0.0"), ("new", "1.1.0")));
        Assert.Equal(["old"], OwnersOf(null, ("old", "0.1.0"), ("new", "0.2.0")));
    }

    [Fact]
    public void Without_a_route_the_next_major_owns_nothing_until_the_one_before_has_gone()
    {
        Assert.Equal(["old"], OwnersOf(null, ("old", "1.0.0"), ("new", "2.0.0")));
        Assert.Equal(["new"], OwnersOf(null, ("new", "2.0.0")));
    }

    [Fact]
    public void A_version_without_calls_owns_exactly_what_is_assigned_to_it()
    {
        foreach (var route in (string?[])[null, """{"1.0.0":100}""", """{"1.0.0":100,"2.0.0":0}"""])
        {
            var assignment = Assign(Entry(route).Assign([new(7, "new")]), ("old", "1.0.0"), ("new", "2.0.0"));
            Assert.All(Enumerable.Range(0, Shards), shard => Assert.Equal(shard == 7 ? "new" : "old", assignment.OwnerOf(shard)));
        }
    }

    [Fact]
    public void What_is_assigned_stays_when_its_version_gets_no_other_calls()
    {
        var assignment = Assign(Entry("""{"2.0.0":100}""").Assign([new(7, "old")]), ("old", "1.0.0"), ("new", "2.0.0"));
        Assert.All(Enumerable.Range(0, Shards), shard => Assert.Equal(shard == 7 ? "old" : "new", assignment.OwnerOf(shard)));
    }

    [Fact]
    public void A_version_that_has_all_calls_and_no_worker_has_no_owner_but_of_what_is_assigned()
    {
        var assignment = Assign(Entry("""{"2.0.0":100}""").Assign([new(7, "old")]), ("old", "1.0.0"))!;
        Assert.All(Enumerable.Range(0, Shards), shard => Assert.Equal(shard == 7 ? "old" : null, assignment.OwnerOf(shard)));
    }

    [Theory]
    [InlineData(10, 2)]
    [InlineData(25, 4)]
    [InlineData(50, 8)]
    [InlineData(99, 16)]
    public void A_split_is_of_the_shards(int share, int expected)
    {
        var assignment = Assign(Split(share), ("a", "1.0.0"), ("b", "1.0.0"), ("c", "2.0.0"), ("d", "2.0.0"));
        Assert.Equal(expected, Enumerable.Range(0, Shards).Count(shard => assignment.OwnerOf(shard) is "c" or "d"));
    }

    [Fact]
    public void A_growing_share_keeps_the_shards_that_it_has() =>
        Gen.Int[1, 99].Select(Gen.Int[1, 99], Gen.Int[1, 200]).Sample((one, other, shards) =>
        {
            var (less, more) = (Math.Min(one, other), Math.Max(one, other));
            var before = Assign(shards, Split(less), ("old", "1.0.0"), ("new", "2.0.0"));
            var after = Assign(shards, Split(more), ("old", "1.0.0"), ("new", "2.0.0"));
            for (var shard = 0; shard < shards; shard++) Assert.True(before.OwnerOf(shard) == "old" || after.OwnerOf(shard) == "new");
        });

    [Fact]
    public void A_version_of_a_split_without_a_worker_leaves_its_shards_to_the_others() =>
        Assert.Equal(["old"], OwnersOf("""{"1.0.0":50,"2.0.0":50}""", ("old", "1.0.0")));

    [Fact]
    public void Beside_a_program_of_the_revision_before_all_compute_as_it_does()
    {
        var set = new EndpointSet(Set(Shards, [("old", "1.0.0"), ("new", "2.0.0")], rules: null).ById);
        var assignment = ShardAssignment.Of(set, Entry(null))!;
        Assert.Equal(["new", "old"], Enumerable.Range(0, Shards).Select(assignment.OwnerOf).Distinct().Order());
        assignment = ShardAssignment.Of(set, Entry("""{"1.0.0":100}""").Assign([new(7, "new")]))!;
        Assert.All(Enumerable.Range(0, Shards), shard => Assert.Equal("old", assignment.OwnerOf(shard)));
    }

    [Fact]
    public void A_split_that_can_not_be_what_it_says_is_refused()
    {
        Assert.Equal(
            ["1 % of the 16 shards of 's' is none: 2.0.0 would get no calls. Assign it a shard, or give it more."],
            Refusals(Split(1), Set(Shards, [("old", "1.0.0"), ("new", "2.0.0")])));
        Assert.Equal(
            ["'s' can't be split: 2.0.0 divides its keys by 'hash:8', and 1.0.0 divides its keys by 'hash:16'."],
            Refusals(Split(50), new EndpointSet(Set(Shards, [("old", "1.0.0")]).ById.AddRange(Set(8, [("new", "2.0.0")]).ById))));
        Assert.Empty(Refusals(Split(50), Set(Shards, [("old", "1.0.0"), ("new", "2.0.0")])));
    }

    [Fact]
    public void A_switch_tells_what_stays_where_it_was_assigned()
    {
        var warnings = new List<string>();
        ShardChecks.Find(
            "s",
            Entry("""{"2.0.0":100}""").Assign([new(3, "old"), new(7, "old"), new(8, "new")]),
            ShardOffer.Of(Set(Shards, [("old", "1.0.0"), ("new", "2.0.0")])),
            [],
            warnings);
        Assert.Equal(
            ["Shards 3, 7 of 's' stay with 'old', which has 1.0.0, as a commit assigned them; " +
                "'fan shard move s 3='*' 7='*'' gives them back."],
            warnings);
    }

    private static List<string> Refusals(RouteEntry entry, EndpointSet set)
    {
        var refusals = new List<string>();
        ShardChecks.Find("s", entry, ShardOffer.Of(set), refusals, []);
        return refusals;
    }

    private static RouteEntry Split(int share) => Entry($$"""{"1.0.0":{{100 - share}},"2.0.0":{{share}}}""");

    private static RouteEntry Entry(string? versions) =>
        versions is null ? RouteEntry.Create([]) : RouteEntry.Parse($$"""{"versions":{{versions}}}""");

    private static List<string?> OwnersOf(string? versions, params (string, string)[] workers)
    {
        var assignment = Assign(Entry(versions), workers);
        return [.. Enumerable.Range(0, Shards).Select(assignment.OwnerOf).Distinct().OrderDescending(StringComparer.Ordinal)];
    }

    private static ShardAssignment Assign(RouteEntry entry, params (string, string)[] workers) => Assign(Shards, entry, workers);

    private static ShardAssignment Assign(int shards, RouteEntry entry, params (string, string)[] workers) =>
        ShardAssignment.Of(Set(shards, workers), entry)!;

    private static EndpointSet Set(int shards, IReadOnlyList<(string Name, string Version)> workers, string? rules = "2") =>
        new(workers.ToImmutableDictionary(
            worker => worker.Name,
            worker => new Endpoint(worker.Name, 1, "s", worker.Version, new EndpointDescription
            {
                Transport = "loop",
                Properties = new Dictionary<string, string?>
                {
                    ["worker"] = worker.Name,
                    ["shards"] = $"hash:{shards}",
                    ["capacity"] = "100",
                    ["shard-rules"] = rules
                }
                    .Where(property => property.Value is not null).ToDictionary(property => property.Key, property => property.Value!),
            }, TimeProvider.System)));
}
