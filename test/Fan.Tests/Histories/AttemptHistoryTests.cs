using Fan.Conformance.Histories;

namespace Fan.Tests.Histories;

/// <summary>The checker of attempts finds numbers that can't be, and nothing else.</summary>
public sealed class AttemptHistoryTests
{
    private const long Minute = 60_000_000;

    private static AttemptVerdict Check(int[] attempts, long[]? disturbances = null, bool copies = false) => AttemptHistoryChecker.Check(
        attempts.Select((attempt, index) => new AttemptBegun("a", attempt, (index + 1) * Minute)),
        new Dictionary<string, long> { ["a"] = 1 },
        disturbances ?? [],
        _ => copies);

    [Theory]
    [InlineData(1)]
    [InlineData(1, 2, 3)]
    public void One_more_than_were_made_is_right(params int[] attempts) => Assert.True(Check(attempts).Holds);

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    [InlineData(1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(1, 3)]
    public void Any_other_is_wrong_and_named(params int[] attempts)
    {
        var verdict = Check(attempts);
        Assert.Equal((1, 1), (verdict.Pushes, verdict.Wrong));
        Assert.Equal($"a: {string.Join(' ', attempts)} (0 disturbances)", Assert.Single(verdict.Examples));
    }

    [Fact]
    public void Each_disturbance_since_it_was_sent_may_have_taken_one_attempt()
    {
        Assert.True(Check([2, 3], [Minute / 2]).Holds);
        Assert.True(Check([1, 4], [Minute + 1, Minute + 1]).Holds);
        Assert.False(Check([1, 5], [Minute + 1, Minute + 1]).Holds);
        Assert.False(Check([2], [0]).Holds);
        Assert.False(Check([2], [2 * Minute]).Holds);
    }

    [Fact]
    public void A_disturbance_forgives_a_forgotten_attempt_only_where_it_may_leave_a_copy_and_never_the_first()
    {
        Assert.False(Check([1, 2, 2], [Minute + 1]).Holds);
        Assert.True(Check([1, 2, 2], [Minute + 1], copies: true).Holds);
        Assert.False(Check([1, 2, 1], [Minute + 1], copies: true).Holds);
        Assert.False(Check([1, 2, 2], copies: true).Holds);
    }
}
