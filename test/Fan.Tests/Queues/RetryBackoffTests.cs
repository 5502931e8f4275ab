using CsCheck;
using Fan.Queues;

namespace Fan.Tests.Queues;

public sealed class RetryBackoffTests
{
    private static readonly Gen<(SubscriptionOptions Options, int Attempt, double Chance)> Cases =
        from backoff in Gen.Long[0, TimeSpan.TicksPerHour]
        from more in Gen.Long[0, 23 * TimeSpan.TicksPerHour]
        from jitter in Gen.Double[0, 1]
        from attempt in Gen.Int[1, 2000]
        from chance in Gen.Double[0, 1]
        select (new SubscriptionOptions
        {
            Backoff = new TimeSpan(backoff),
            MaxBackoff = new TimeSpan(backoff + more),
            Jitter = jitter
        }, attempt, chance);

    [Fact]
    public void A_pause_is_never_negative_and_never_above_its_bound() => Cases.Sample(test =>
    {
        var pause = RetryBackoff.After(test.Options, test.Attempt, test.Chance);
        return pause >= TimeSpan.Zero && pause <= test.Options.MaxBackoff;
    });

    [Fact]
    public void Pauses_grow_with_the_attempts() => Cases.Sample(test =>
        RetryBackoff.After(test.Options, test.Attempt + 1, test.Chance) >= RetryBackoff.After(test.Options, test.Attempt, test.Chance));

    [Fact]
    public void Chance_shifts_a_pause_by_the_part_that_is_allowed() => Cases.Sample(test =>
    {
        var middle = RetryBackoff.After(test.Options, test.Attempt, 0.5);
        var pause = RetryBackoff.After(test.Options, test.Attempt, test.Chance);
        return Math.Abs((pause - middle).TotalMilliseconds) <= (middle.TotalMilliseconds * test.Options.Jitter) + 1;
    });

    [Fact]
    public void Each_pause_is_twice_the_one_before()
    {
        var options = new SubscriptionOptions { Jitter = 0 };
        Assert.Equal(
            [1, 2, 4, 8, 256, 300, 300],
            new[] { 1, 2, 3, 4, 9, 10, 1000 }.Select(attempt => RetryBackoff.After(options, attempt, 0.5).TotalSeconds));
    }
}
