using Fan.Tree;

namespace Fan.Tests.Model;

public sealed class VersionedShardModelTests(ITestOutputHelper output)
{
    private static readonly RouteEntry One = RouteEntry.Parse("""{"versions":{"1.0.0":100}}""");
    private static readonly RouteEntry Canary = One.Assign([new(1, "C")]);
    private static readonly RouteEntry Split = RouteEntry.Parse("""{"versions":{"1.0.0":50,"2.0.0":50}}""");
    private static readonly RouteEntry Two = RouteEntry.Parse("""{"versions":{"2.0.0":100}}""");

    // A canary and back; a canary that becomes a split, and a revert of that; a canary that becomes the switch.
    private static readonly Dictionary<string, RouteEntry[]> Stories = new(StringComparer.Ordinal)
    {
        ["canary"] = [One, Canary, One],
        ["split"] = [One, Canary, Split, Canary],
        ["switch"] = [One, Canary, Two],
        ["unrouted"] = [RouteEntry.Create([]), RouteEntry.Create([]).Assign([new(0, "C")]), RouteEntry.Create([])],
    };

    public static TheoryData<string, string, int, int> All()
    {
        var all = new TheoryData<string, string, int, int>();
        foreach (var story in Stories.Keys)
        {
            foreach (var (range, shard) in ((string, int)[])[("^1", 1), ("*", 1), ("*", 0)])
            {
                all.Add(story, range, shard, story == "split" ? 0 : 1);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_shard_meets_only_the_versions_that_a_commit_gave_it_and_each_call_ends(string story, string range, int shard, int faults)
    {
        var explored = StateExplorer.Explore(new VersionedShardModel(Stories[story], range, shard, faults, VersionedShardMistake.None));
        output.WriteLine($"{story}, {range}, shard {shard}: {explored.States:N0} states, {explored.Steps:N0} steps");
        Assert.True(explored.Violation is null, explored.Violation);
        Assert.True(explored.States > 1000, $"It went through {explored.States} states only.");
    }

    [Theory]
    [InlineData(nameof(VersionedShardMistake.SharesAmongAllVersions), 0, "shard 0 met 2.0.0, which no commit gave it")]
    [InlineData(nameof(VersionedShardMistake.LeavesOutWhatIsAssigned), 1, "the end is out of reach")]
    [InlineData(nameof(VersionedShardMistake.CallersLookAmongActiveVersions), 1, "the end is out of reach")]
    [InlineData(nameof(VersionedShardMistake.ServesWithoutTheLock), 1, "shard 1 is served without its lock")]
    public void The_model_finds_each_mistake_that_is_planted(string mistake, int shard, string found)
    {
        var explored = StateExplorer.Explore(
            new VersionedShardModel([One, Canary], "*", shard, 0, Enum.Parse<VersionedShardMistake>(mistake)));
        output.WriteLine($"Found in {explored.States:N0} states: {explored.Violation}");
        Assert.StartsWith(found, explored.Violation, StringComparison.Ordinal);
    }
}
