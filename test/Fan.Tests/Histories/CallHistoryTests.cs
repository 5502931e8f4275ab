using Fan.Conformance.Histories;

namespace Fan.Tests.Histories;

/// <summary>The checker of changes finds what is planted, and nothing else.</summary>
public sealed class CallHistoryTests
{
    // 1.0.0 until a change that was asked for at 100 and returned at 120, then another one back at 200 to 220.
    private static readonly VersionChange[] Changes = [new(0, 0, "1.0.0"), new(100, 120, "2.0.0"), new(200, 220, "1.0.0")];

    [Theory]
    [InlineData(10, 20, "1.0.0 1.0.0")]
    [InlineData(90, 130, "1.0.0")]
    [InlineData(90, 110, "2.0.0")]
    [InlineData(119, 300, "1.0.0")]
    [InlineData(130, 140, "2.0.0")]
    [InlineData(150, 205, "1.0.0")]
    [InlineData(230, 240, "1.0.0")]
    public void A_call_of_a_version_in_force_during_it_is_as_it_must_be(long started, long ended, string versions)
    {
        var verdict = Check(new RootCall("c", started, ended, versions.Split(' '), null));
        Assert.True(verdict.Holds, string.Join("; ", verdict.Examples));
    }

    [Fact]
    public void A_failed_call_is_found()
    {
        var verdict = Check(new RootCall("c", 10, 20, [], "broken"));
        Assert.Equal((1, 0, false), (verdict.Failed, verdict.Explained, verdict.Holds));
        Assert.Contains("broken", Assert.Single(verdict.Examples), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 20, 20, 30, 0)]
    [InlineData(10, 20, 5, 10, 0)]
    [InlineData(10, 20, 21, 30, 1)]
    [InlineData(10, 20, 1, 9, 1)]
    public void A_fault_explains_the_calls_that_were_under_way_during_it(long started, long ended, long from, long to, int failed)
    {
        var verdict = HistoryChecker.Check([new("c", started, ended, [], "broken")], Changes, [new(from, to)]);
        Assert.Equal((failed, 1 - failed), (verdict.Failed, verdict.Explained));
    }

    [Fact]
    public void A_tree_of_two_versions_is_found()
    {
        var verdict = Check(new RootCall("c", 90, 130, ["1.0.0", "2.0.0"], null));
        Assert.Equal((1, 0, 0, false), (verdict.Mixed, verdict.Late, verdict.Early, verdict.Holds));
    }

    [Theory]
    [InlineData(120, 130)]
    [InlineData(150, 199)]
    public void A_root_call_that_begins_on_the_old_version_after_the_change_returned_is_found(long started, long ended)
    {
        var verdict = Check(new RootCall("c", started, ended, ["1.0.0"], null));
        Assert.Equal((0, 1, 0, false), (verdict.Mixed, verdict.Late, verdict.Early, verdict.Holds));
    }

    [Theory]
    [InlineData(10, 99)]
    [InlineData(10, 20)]
    public void A_tree_that_meets_a_version_before_anybody_asked_for_it_is_found(long started, long ended)
    {
        var verdict = Check(new RootCall("c", started, ended, ["2.0.0"], null));
        Assert.Equal((0, 0, 1, false), (verdict.Mixed, verdict.Late, verdict.Early, verdict.Holds));
    }

    [Fact]
    public void A_change_that_never_returned_makes_nobody_late() =>
        Assert.True(
            HistoryChecker.Check([new("c", 150, 160, ["1.0.0"], null)], [new(0, 0, "1.0.0"), new(100, long.MaxValue, "2.0.0")], []).Holds);

    private static HistoryVerdict Check(RootCall call) => HistoryChecker.Check([call], Changes, []);
}
