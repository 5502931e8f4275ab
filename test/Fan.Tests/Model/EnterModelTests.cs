namespace Fan.Tests.Model;

public sealed class EnterModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(3, 1)]
    [InlineData(2, 2)]
    public void Nothing_is_settled_while_a_call_reads_what_is_older(int calls, int commits)
    {
        var explored = StateExplorer.Explore(new EnterModel(calls, commits, EnterMistake.None));
        output.WriteLine($"{calls} calls, {commits} commits: {explored.States:N0} states, {explored.Steps:N0} steps");
        Assert.True(explored.Violation is null, explored.Violation);
    }

    [Theory]
    [InlineData(nameof(EnterMistake.DoesNotLookAgain))]
    [InlineData(nameof(EnterMistake.ReadsTheNewestLast))]
    [InlineData(nameof(EnterMistake.SumsEntriesFirst))]
    [InlineData(nameof(EnterMistake.ExchangesBeforeItKeeps))]
    public void The_model_finds_each_mistake_that_is_planted(string mistake)
    {
        var explored = StateExplorer.Explore(new EnterModel(2, 1, Enum.Parse<EnterMistake>(mistake)));
        Assert.StartsWith("a call reads 0 and 1 is settled", explored.Violation, StringComparison.Ordinal);
        output.WriteLine($"Found in {explored.States:N0} states: {explored.Violation}");
    }
}
