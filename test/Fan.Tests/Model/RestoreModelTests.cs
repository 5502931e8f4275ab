namespace Fan.Tests.Model;

public sealed class RestoreModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 2, 1)]
    public void Whenever_the_log_is_restored_all_follow_the_same_one_again_and_nothing_is_called_applied_that_is_not(
        int applications, int commits, int restores)
    {
        var explored = StateExplorer.Explore(new RestoreModel(applications, commits, restores, RestoreMistake.None));
        output.WriteLine(
            $"{applications} applications, {commits} commits, {restores} restores: {explored.States:N0} states, {explored.Steps:N0} steps");
        Assert.True(explored.Violation is null, explored.Violation);
        Assert.True(explored.States > 1000, $"It went through {explored.States} states only.");
    }

    [Theory]
    [InlineData(nameof(RestoreMistake.ComparesNumbersOnly), "2 was called applied, and an application has not")]
    [InlineData(nameof(RestoreMistake.CountsNumbersOfAnotherLog), "2 was called applied, and an application has not")]
    [InlineData(nameof(RestoreMistake.ReadsTheFingerprintLater), "2 was called applied, and an application has not")]
    [InlineData(nameof(RestoreMistake.KeepsAnOldRecord), "the end is out of reach")]
    public void The_model_finds_each_mistake_that_is_planted(string mistake, string found)
    {
        var explored = StateExplorer.Explore(new RestoreModel(1, 2, 2, Enum.Parse<RestoreMistake>(mistake)));
        Assert.StartsWith(found, explored.Violation, StringComparison.Ordinal);
        output.WriteLine($"Found in {explored.States:N0} states: {explored.Violation}");
    }
}
