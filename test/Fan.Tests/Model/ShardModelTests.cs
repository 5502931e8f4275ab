namespace Fan.Tests.Model;

public sealed class ShardModelTests(ITestOutputHelper output)
{
    private const string TwoServe = "two workers serve the shard, both within their lease";
    private const string ServedLate = "a call is served that came when the session had ended";

    [Theory]
    [InlineData(2, 2, 2)]
    [InlineData(3, 2, 1)]
    public void One_worker_at_most_serves_a_shard_and_no_write_of_an_earlier_owner_follows_one_of_a_later(
        int workers, int moves, int faults)
    {
        var explored = StateExplorer.Explore(new ShardModel(workers, moves, faults, ShardMistake.None));
        output.WriteLine($"{workers} workers, {moves} moves, {faults} faults: {explored.States:N0} states, {explored.Steps:N0} steps");
        Assert.True(explored.Violation is null, explored.Violation);
    }

    [Theory]
    [InlineData(nameof(ShardMistake.DoesNotLookAtTheLease), ServedLate)]
    [InlineData(nameof(ShardMistake.LooksAtTheSessionFirst), ServedLate)]
    [InlineData(nameof(ShardMistake.EndsSessionsEarly), ServedLate)]
    [InlineData(nameof(ShardMistake.GivesUpWithCallsInHand), TwoServe)]
    [InlineData(nameof(ShardMistake.DeletesWhateverIsThere), TwoServe)]
    [InlineData(nameof(ShardMistake.ServesBeforeItHasTheLock), TwoServe)]
    [InlineData(nameof(ShardMistake.ForgetsALockInDoubt), "the end is out of reach")]
    [InlineData(nameof(ShardMistake.WritesWithoutAToken), "what token 1 wrote came after 2")]
    public void The_model_finds_each_mistake_that_is_planted(string mistake, string found)
    {
        var explored = StateExplorer.Explore(new ShardModel(2, 2, 2, Enum.Parse<ShardMistake>(mistake)));
        Assert.StartsWith(found, explored.Violation, StringComparison.Ordinal);
        output.WriteLine($"Found in {explored.States:N0} states: {explored.Violation}");
    }
}
