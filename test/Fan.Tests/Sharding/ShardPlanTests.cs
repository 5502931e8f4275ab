using System.Collections.Immutable;
using CsCheck;
using Fan.Discovery;
using Fan.Sharding;
using Fan.Tree;

namespace Fan.Tests.Sharding;

public sealed class ShardPlanTests
{
    [Fact]
    public void Every_key_has_one_shard_and_all_shards_get_keys()
    {
        var plan = ShardPlan.Hash(16);
        var counts = Enumerable.Range(0, 16_000)
            .GroupBy(key => plan.ShardOf($"{key}"))
            .ToDictionary(shard => shard.Key, shard => shard.Count());
        Assert.Equal(16, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 800, 1200));
    }

    [Fact]
    public void A_key_is_in_the_range_between_its_bounds() =>
        Gen.Int[-1000, 1000].Array[1, 20].Select(Gen.Int[-1100, 1100]).Sample((bounds, key) =>
        {
            var sorted = bounds.Distinct().Order().ToList();
            Assert.Equal(
                sorted.Count(bound => bound <= key), ShardPlan.Range([.. sorted.Select(bound => $"{bound}")]).ShardOf($"{key},other"));
        });

    [Theory]
    [InlineData("1.4", 0)]
    [InlineData("1.5", 1)]
    [InlineData("1.50", 1)]
    [InlineData("-3", 0)]
    [InlineData("12345678901234567890123", 3)]
    [InlineData("café", 4)]
    [InlineData("cafz", 3)]
    [InlineData("a b", 3)]
    [InlineData("\uff00", 4)]
    [InlineData("\U0001f377", 5)]
    public void Ranges_compare_numbers_as_numbers_and_texts_by_their_characters(string key, int shard)
    {
        var plan = ShardPlan.Range(["1.5", "20", "100", "cafz~", "\U0001f376"]);
        Assert.Equal(shard, plan.ShardOf(Fan.Messaging.ShardKeyList.Format([key, "other"])));
    }

    [Fact]
    public void Bounds_of_a_program_of_the_revision_before_divide_as_there()
    {
        var plan = ShardPlan.TryParse("range:10,a")!;
        Assert.Equal(("range:10,a", 1, 2, 1), (plan.Text, plan.ShardOf("1.5"), plan.ShardOf("a"), plan.ShardOf("%C3%A9")));
    }

    [Theory]
    [InlineData("hash:0")]
    [InlineData("hash:5000")]
    [InlineData("hash:x")]
    [InlineData("ranges:")]
    [InlineData("ranges:2,1")]
    [InlineData("range:2,1")]
    [InlineData("directory:0")]
    [InlineData("else:1")]
    public void What_is_no_plan_is_none(string text) => Assert.Null(ShardPlan.TryParse(text));

    [Fact]
    public void A_plan_is_read_as_it_is_published() =>
        Assert.All(
            new[] { ShardPlan.Unique, ShardPlan.Hash(64), ShardPlan.Range(["10", "200", "b"]), ShardPlan.Directory(8) },
            plan => Assert.Equal(plan.Text, ShardPlan.TryParse(plan.Text)!.Text));

    [Fact]
    public void A_worker_that_comes_or_goes_moves_its_own_shards_only() =>
        Gen.Int[2, 8].Select(Gen.Int[1, 200]).Sample((workers, shards) =>
        {
            var names = Enumerable.Range(0, workers).Select(i => ($"w{i}", 100)).ToList();
            var before = Assign(shards, names);
            var after = Assign(shards, names[1..]);
            for (var shard = 0; shard < shards; shard++)
            {
                Assert.True(before.OwnerOf(shard) == "w0" || before.OwnerOf(shard) == after.OwnerOf(shard));
            }
        });

    [Fact]
    public void Shards_are_divided_by_capacity()
    {
        var assignment = Assign(4000, [("small", 100), ("large", 300)]);
        Assert.InRange(Enumerable.Range(0, 4000).Count(shard => assignment.OwnerOf(shard) == "large"), 2800, 3200);
    }

    [Fact]
    public void Of_two_plans_the_larger_one_counts_and_who_has_the_other_owns_nothing()
    {
        var set = new EndpointSet(Set(8, [("a", 1), ("b", 1)]).ById.AddRange(Set(16, [("c", 1)]).ById));
        var assignment = ShardAssignment.Of(set, null)!;
        Assert.Equal(16, assignment.Plan.Count);
        Assert.All(Enumerable.Range(0, 16), shard => Assert.Equal("c", assignment.OwnerOf(shard)));
    }

    [Fact]
    public void An_owner_by_name_counts_while_it_lives()
    {
        var entry = RouteEntry.Create([]).Assign([new(3, "b"), new(4, "gone")]);
        var assignment = ShardAssignment.Of(Set(8, [("a", 1), ("b", 1)]), entry)!;
        Assert.Equal("b", assignment.OwnerOf(3));
        Assert.Contains(assignment.OwnerOf(4), new[] { "a", "b" });
        Assert.Equal(entry.ToJson(), RouteEntry.Parse(entry.ToJson()).ToJson());
    }

    private static ShardAssignment Assign(int shards, IReadOnlyList<(string, int)> workers) =>
        ShardAssignment.Of(Set(shards, workers), null)!;

    private static EndpointSet Set(int shards, IReadOnlyList<(string Name, int Capacity)> workers) => new(workers.ToImmutableDictionary(
        worker => worker.Name,
        worker => new Endpoint(worker.Name, 1, "s", "1.0.0", new EndpointDescription
        {
            Transport = "loop",
            Properties = new Dictionary<string, string>
            {
                ["worker"] = worker.Name,
                ["shards"] = $"hash:{shards}",
                ["capacity"] = $"{worker.Capacity}"
            },
        }, TimeProvider.System)));
}
