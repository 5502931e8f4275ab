namespace Fan.Tests.Switching.Model;

public sealed class SwitchModelTests
{
    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(2, 2, true)]
    public void Whatever_happens_in_whichever_order_the_promises_of_a_change_hold(int applications, int commits, bool barrier)
    {
        var (states, violation) = Explore(applications, commits, barrier, Planted.Nothing);
        Assert.True(violation is null, violation);
        Assert.True(states > 1000, $"It went through {states} states only.");
    }

    [Theory]
    [InlineData(nameof(Planted.TellsBeforeItApplies), false, "after 1 had returned")]
    [InlineData(nameof(Planted.ForgetsWhoCame), false, "after 1 had returned")]
    [InlineData(nameof(Planted.ReadsBeforeItRegisters), false, "after 1 had returned")]
    [InlineData(nameof(Planted.ForgetsCallsUnderWay), false, "is settled")]
    [InlineData(nameof(Planted.DropsTheNumber), false, "met")]
    [InlineData(nameof(Planted.ReleasesBeforeItLooks), true, "had begun on 1")]
    [InlineData(nameof(Planted.DoesNotWaitAtTheBarrier), true, "had begun on 1")]
    public void A_planted_mistake_is_found(string mistake, bool barrier, string found)
    {
        var (_, violation) = Explore(2, 1, barrier, Enum.Parse<Planted>(mistake));
        Assert.Contains(found, violation, StringComparison.Ordinal);
    }

    private static (int States, string? Violation) Explore(int applications, int commits, bool barrier, Planted planted)
    {
        var model = new SwitchModel(applications, commits, barrier, planted);
        return StateExplorer.Explore(model.Initial, model.Next, model.Broken);
    }
}
