using CsCheck;
using Fan.Conformance.Histories;

namespace Fan.Tests.Histories;

/// <summary>The checker of owners finds what is planted, and nothing else.</summary>
public sealed class OwnerHistoryTests
{
    [Fact]
    public void A_history_with_one_owner_at_a_time_holds()
    {
        var verdict = Check(
            [new("a", "s/1", 5, 10, 20), new("a", "s/1", 5, 15, 25), new("b", "s/1", 7, 25, 30), new("b", "s/2", 6, 12, 22)],
            [new(9, 31, null)]);
        Assert.True(verdict.Holds, string.Join("; ", verdict.Examples));
        Assert.Equal((1, 4), (verdict.Calls, verdict.Served));
    }

    [Fact]
    public void Two_owners_at_once_are_found()
    {
        var verdict = Check([new("a", "s/1", 5, 10, 20), new("b", "s/1", 7, 19, 30)]);
        Assert.Equal((1, 0), (verdict.DoubleOwners, verdict.LowerTokens));
        Assert.False(verdict.Holds);
        Assert.Contains("two owners", Assert.Single(verdict.Examples), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_owners_are_found_behind_a_long_call_of_the_second_one() =>
        Assert.Equal(1, Check(
            [new("a", "s/1", 5, 10, 50), new("b", "s/1", 7, 50, 90), new("c", "s/1", 8, 90, 91), new("b", "s/1", 7, 60, 95)]).DoubleOwners);

    [Fact]
    public void Two_processes_with_one_name_are_two_owners() =>
        Assert.Equal(1, Check([new("a", "s/1", 5, 10, 20), new("a", "s/1", 7, 15, 30)]).DoubleOwners);

    [Fact]
    public void A_lower_token_after_a_higher_one_is_found()
    {
        var verdict = Check([new("b", "s/1", 7, 10, 20), new("a", "s/1", 5, 30, 40)]);
        Assert.Equal((0, 1), (verdict.DoubleOwners, verdict.LowerTokens));
        Assert.False(verdict.Holds);
    }

    [Fact]
    public void A_failed_call_is_found_unless_a_fault_explains_it()
    {
        var verdict = Check([], [new(10, 20, "broken"), new(40, 50, "broken")], faults: [new(15, 30)]);
        Assert.Equal((1, 1), (verdict.Failed, verdict.Explained));
        Assert.False(verdict.Holds);
    }

    [Fact]
    public void What_a_stopped_worker_had_in_hand_is_no_second_owner_but_what_it_begins_later_is()
    {
        Assert.True(Check([new("a", "s/1", 5, 10, 90), new("b", "s/1", 7, 60, 70)], pauses: [new("a", 20)]).Holds);
        Assert.Equal(1, Check([new("a", "s/1", 5, 10, 90), new("b", "s/1", 7, 60, 70)], pauses: [new("b", 20)]).DoubleOwners);
        var late = Check([new("b", "s/1", 7, 60, 70), new("a", "s/1", 5, 65, 90)], pauses: [new("a", 20)]);
        Assert.Equal((1, 1), (late.DoubleOwners, late.LowerTokens));
    }

    [Fact]
    public void It_finds_two_owners_wherever_comparing_all_pairs_does() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, 30], Gen.Int[0, 10]).Array[0, 12].Sample(drawn =>
        {
            var calls = drawn.Select(call => new ServedCall($"w{call.Item1}", "s", call.Item1, call.Item2, call.Item2 + call.Item3))
                .OrderBy(call => call.Started).ToList();
            var pairs = calls.SelectMany((call, i) => calls.Take(i).Select(before => (call, before)))
                .Any(pair => pair.call.Token != pair.before.Token && pair.before.Ended > pair.call.Started);
            Assert.Equal(pairs, Check(calls).DoubleOwners > 0);
        });

    [Fact]
    public void A_worker_that_was_killed_in_the_middle_of_a_call_has_begun_it() =>
        Assert.Equal(
            [new("a", "s/1", 5, 10, 20), new("a", "s/2", 6, 15, 15)],
            ServedCall.Parse("a", ["begin 1 s/1 5 10", "begin 2 s/2 6 15", "end 1 20", "beg"]));

    private static OwnerVerdict Check(
        IReadOnlyCollection<ServedCall> served,
        IReadOnlyCollection<MadeCall>? made = null,
        IReadOnlyList<FaultWindow>? faults = null,
        IReadOnlyList<WorkerPause>? pauses = null) =>
        OwnerHistoryChecker.Check(made ?? [], served, faults ?? [], pauses ?? []);
}
