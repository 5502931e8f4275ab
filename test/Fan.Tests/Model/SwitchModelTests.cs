namespace Fan.Tests.Model;

public sealed class SwitchModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 1, 1, 2)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(3, 1, 1, 0)]
    [InlineData(1, 2, 1, 2)]
    [InlineData(2, 2, 1, 0)]
    public void Whatever_happens_in_whichever_order_the_promises_of_a_change_hold(
        int applications, int committers, int commits, int faults) =>
        Holds(new SwitchSize(applications, committers, commits, faults));

    [Theory]
    [InlineData(1, 1, 1, 2, 2, 0)]
    [InlineData(1, 1, 1, 2, 2, 1)]
    [InlineData(2, 1, 2, 0, 1, 0)]
    [InlineData(2, 1, 1, 0, 2, 0)]
    [InlineData(2, 1, 1, 1, 1, 0)]
    [InlineData(2, 1, 1, 1, 1, 1)]
    [InlineData(1, 2, 1, 1, 1, 0)]
    public void At_a_barrier_they_hold_and_no_two_applications_begin_calls_on_different_sides_at_a_time(
        int applications, int committers, int commits, int faults, int attempts, int old) =>
        Holds(new SwitchSize(applications, committers, commits, faults, attempts, old));

    [Theory]
    [InlineData(nameof(SwitchMistake.TellsBeforeItApplies), 1, 1, 0, 0, "a root call began on 0 after 1 had returned")]
    [InlineData(nameof(SwitchMistake.ReadsBeforeItRegisters), 1, 1, 0, 0, "a root call began on 0 after 1 had returned")]
    [InlineData(nameof(SwitchMistake.GoesOnWhenItComesBack), 1, 1, 1, 0, "a root call began on 0 after 1 had returned")]
    [InlineData(nameof(SwitchMistake.ForgetsWhoCame), 1, 1, 0, 0, "a root call began on 0 after 1 had returned")]
    [InlineData(nameof(SwitchMistake.ReturnsWithoutWaiting), 1, 1, 0, 0, "a root call began on 0 after 1 had returned")]
    [InlineData(nameof(SwitchMistake.RegistersTwice), 1, 1, 1, 0, "the end is out of reach")]
    [InlineData(nameof(SwitchMistake.ForgetsCallsUnderWay), 1, 1, 0, 0, "a tree of 0 is under way and 1 is settled")]
    [InlineData(nameof(SwitchMistake.SettlesBeforeTheDrain), 1, 1, 0, 0, "a tree of 0 is under way and 1 is settled")]
    [InlineData(nameof(SwitchMistake.DropsTheNumber), 2, 1, 0, 0, "a tree of 0 met 1")]
    [InlineData(nameof(SwitchMistake.DoesNotCheckTheHead), 1, 2, 0, 0, "commit 1 was made twice")]
    [InlineData(nameof(SwitchMistake.ReleasesBeforeItLooks), 2, 1, 0, 1, "a root call began on 0 when another had begun on 1")]
    [InlineData(nameof(SwitchMistake.GivesUpBeforeItSays), 1, 1, 0, 1, "1 was committed while calls were not held")]
    [InlineData(nameof(SwitchMistake.GivesUpWithoutALook), 2, 1, 0, 1, "a root call began on 0 when another had begun on 1")]
    [InlineData(nameof(SwitchMistake.GivesUpWithoutRaising), 1, 1, 0, 1, "1 was committed while calls were not held")]
    [InlineData(nameof(SwitchMistake.LetsGoBeforeItRaises), 1, 1, 0, 1, "1 was committed while calls were not held")]
    [InlineData(nameof(SwitchMistake.DoesNotCheckWhoGaveUp), 1, 1, 0, 1, "1 was committed while calls were not held")]
    [InlineData(nameof(SwitchMistake.DoesNotCheckOldRecords), 1, 1, 0, 1, "1 was committed while calls were not held", 1)]
    [InlineData(nameof(SwitchMistake.DoesNotCheckWhoCame), 1, 1, 0, 1, "1 was committed while calls were not held")]
    [InlineData(nameof(SwitchMistake.DoesNotCheckTheBarrier), 1, 2, 1, 1, "1 was committed while calls were not held")]
    [InlineData(nameof(SwitchMistake.LeavesTheBarrier), 1, 1, 0, 1, "the end is out of reach")]
    public void The_model_finds_each_mistake_that_is_planted(
        string mistake, int applications, int committers, int faults, int attempts, string found, int old = 0)
    {
        var explored = StateExplorer.Explore(
            new SwitchModel(new SwitchSize(applications, committers, 1, faults, attempts, old), Enum.Parse<SwitchMistake>(mistake)));
        Assert.StartsWith(found, explored.Violation, StringComparison.Ordinal);
        output.WriteLine($"Found in {explored.States:N0} states: {explored.Violation}");
    }

    private void Holds(SwitchSize size)
    {
        var explored = StateExplorer.Explore(new SwitchModel(size, SwitchMistake.None));
        output.WriteLine($"{size}: {explored.States:N0} states, {explored.Steps:N0} steps");
        Assert.True(explored.Violation is null, explored.Violation);
        Assert.True(explored.States > 1000, $"It went through {explored.States} states only.");
    }
}
