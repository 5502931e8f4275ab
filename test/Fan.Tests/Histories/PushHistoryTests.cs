using CsCheck;
using Fan.Conformance.Histories;

namespace Fan.Tests.Histories;

/// <summary>The checker of pushes finds what is planted, and nothing else.</summary>
public sealed class PushHistoryTests
{
    [Fact]
    public void A_history_in_which_every_accepted_push_is_handled_holds()
    {
        var verdict = PushHistoryChecker.Check(["a", "b"], ["b", "a"], []);
        Assert.True(verdict.Holds);
        Assert.Equal((2, 2, 0, 0, 0, 0), Numbers(verdict));
        Assert.Empty(verdict.Examples);
    }

    [Fact]
    public void A_planted_loss_is_found_and_named()
    {
        var verdict = PushHistoryChecker.Check(["a", "b", "c"], ["c", "a", "a"], []);
        Assert.False(verdict.Holds);
        Assert.Equal((3, 2, 1, 1, 0, 0), Numbers(verdict));
        Assert.Equal(["b"], verdict.Examples);
    }

    [Fact]
    public void A_delivery_beyond_the_first_one_is_counted_and_is_no_loss()
    {
        var verdict = PushHistoryChecker.Check(["a", "b"], ["a", "b", "a", "a"], []);
        Assert.True(verdict.Holds);
        Assert.Equal((2, 2, 0, 2, 0, 0), Numbers(verdict));
    }

    [Fact]
    public void A_planted_dead_letter_is_counted_and_is_no_loss()
    {
        var verdict = PushHistoryChecker.Check(["a", "b"], ["a"], ["b"]);
        Assert.True(verdict.Holds);
        Assert.Equal((2, 1, 0, 0, 1, 0), Numbers(verdict));
    }

    [Fact]
    public void A_dead_letter_of_a_push_that_was_handled_is_none() =>
        Assert.Equal((1, 1, 0, 0, 0, 0), Numbers(PushHistoryChecker.Check(["a"], ["a"], ["a"])));

    [Fact]
    public void What_was_handled_and_never_confirmed_is_counted_and_makes_up_for_no_loss()
    {
        var verdict = PushHistoryChecker.Check(["a", "b"], ["a", "x"], []);
        Assert.Equal((2, 2, 1, 0, 0, 1), Numbers(verdict));
        Assert.False(verdict.Holds);
    }

    [Fact]
    public void Of_many_losses_some_are_named() =>
        Assert.Equal(10, PushHistoryChecker.Check([.. Enumerable.Range(0, 100).Select(i => $"m{i}")], [], []).Examples.Count);

    [Fact]
    public void As_many_are_found_as_are_planted_anywhere() =>
        Gen.Select(
            Gen.Int[1, 50],
            Gen.Int[0, 49].HashSet[0, 10],
            Gen.Int[0, 49].HashSet[0, 10],
            Gen.Int[0, 5],
            Gen.Int[0, 1000]).Sample((count, planted, buried, again, seed) =>
        {
            var ids = Enumerable.Range(0, count).Select(i => $"m{i}").ToArray();
            var missing = planted.Concat(buried).Where(i => i < count).Select(i => $"m{i}").ToHashSet();
            var dead = buried.Where(i => i < count).Select(i => $"m{i}").ToList();
            var handled = ids.Where(id => !missing.Contains(id)).ToList();
            var twice = handled.Take(again).ToList();
            List<string> deliveries = [.. handled, .. twice];
            var random = new Random(seed);
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(deliveries));
            var verdict = PushHistoryChecker.Check(ids, deliveries, dead);
            Assert.Equal((count, handled.Count, missing.Count - dead.Count, twice.Count, dead.Count, 0), Numbers(verdict));
        });

    private static (int Accepted, int Handled, int Lost, int Duplicates, int DeadLettered, int Unconfirmed) Numbers(PushVerdict verdict) =>
        (verdict.Accepted, verdict.Handled, verdict.Lost, verdict.Duplicates, verdict.DeadLettered, verdict.Unconfirmed);
}
