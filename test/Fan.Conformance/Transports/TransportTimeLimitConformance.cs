using System.Text.Json;

namespace Fan.Conformance.Transports;

/// <summary>
/// How long a call may take has one rule, whoever says it, and what breaks the rule is told at the caller and hurts nobody.
/// </summary>
public abstract class TransportTimeLimitConformance : TransportConformance
{
    private static readonly JsonElement Wine7 = JsonDocument.Parse("""{"id": 7}""").RootElement;
    private static readonly JsonElement None = JsonDocument.Parse("{}").RootElement;
    private static readonly JsonElement To2 = JsonDocument.Parse("""{"to": 2}""").RootElement;

    public static TheoryData<string> Ways => ["context", "stream in a context", "options", "stream with options", "push in a context"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_limit_within_the_rule_works_and_any_other_is_refused_at_the_caller(string way)
    {
        var innocent = Remote.WaitAsync().AsTask();
        await SoonAsync(Cellar.Waiting);
        foreach (var limit in new[]
        {
            TimeSpan.FromSeconds(-5),
            TimeSpan.FromTicks(-1),
            TimeSpan.MinValue,
            TimeSpan.FromDays(60),
            TimeSpan.MaxValue
        })
        {
            var error = await Assert.ThrowsAsync<BadArgumentException>(() => CallAsync(way, limit));
            Assert.Equal(
                "The time limit of a call must be above zero and at most 49 days, " +
                $"or Timeout.InfiniteTimeSpan (-1 ms) for no limit; it is {limit:c}.",
                error.Message);
            Assert.Equal("timeout", error.Argument);
        }

        Assert.StartsWith(
            "No time was left",
            (await Assert.ThrowsAsync<DeadlineExceededException>(() => CallAsync(way, TimeSpan.Zero))).Message,
            StringComparison.Ordinal);
        foreach (var limit in new[] { Timeout.InfiniteTimeSpan, TimeSpan.FromDays(49), TimeSpan.FromHours(20) })
        {
            await CallAsync(way, limit);
        }
        try
        {
            await CallAsync(way, TimeSpan.FromMilliseconds(1));
        }
        catch (DeadlineExceededException)
        {
            // It may be enough, or not.
        }

        Assert.False(innocent.IsCompleted);
        Cellar.Release.TrySetResult();
        await SoonAsync(innocent);
    }

    [Fact]
    public async Task A_caller_can_give_a_call_more_time_than_the_default_and_than_the_method()
    {
        using (CallContext.Current.WithTimeout(TimeSpan.FromMinutes(5)).Use()) await Remote.GetAsync(1);
        Assert.InRange(Cellar.Remaining!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        await Caller.Fan.CallAsync("cellar.get", Wine7, new CallOptions { Timeout = TimeSpan.FromMinutes(5) });
        Assert.InRange(Cellar.Remaining!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        using (CallContext.Current.WithTimeout(TimeSpan.FromMinutes(5)).Use())
        {
            using var cancel = new CancellationTokenSource();
            var call = Remote.HurryAsync(cancel.Token).AsTask();
            await SoonAsync(Cellar.Hurrying);
            Assert.InRange(Cellar.Remaining!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
    }

    [Fact]
    public async Task A_call_without_a_limit_has_none_at_the_far_end()
    {
        using (CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Use()) await Remote.GetAsync(1);
        Assert.Null(Cellar.Remaining);
        await Caller.Fan.CallAsync("cellar.get", Wine7, new CallOptions { Timeout = Timeout.InfiniteTimeSpan });
        Assert.Null(Cellar.Remaining);
    }

    [Fact]
    public async Task No_limit_exceeds_what_an_outer_one_has_left()
    {
        using var outer = CallContext.Current.WithTimeout(TimeSpan.FromMinutes(1)).Use();
        using (CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Use()) await Remote.GetAsync(1);
        Assert.InRange(Cellar.Remaining!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        await Caller.Fan.CallAsync("cellar.get", Wine7, new CallOptions { Timeout = TimeSpan.FromDays(1) });
        Assert.InRange(Cellar.Remaining!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_method_s_own_limit_counts_by_name_too() =>
        await Assert.ThrowsAsync<DeadlineExceededException>(
            async () => await Caller.Fan.CallAsync("cellar.hurry", None, cancellationToken: TestContext.Current.CancellationToken));

    private async Task CallAsync(string way, TimeSpan limit)
    {
        switch (way)
        {
            case "context":
                using (CallContext.Current.WithTimeout(limit).Use()) await Remote.GetAsync(1);
                break;
            case "stream in a context":
                using (CallContext.Current.WithTimeout(limit).Use()) await Remote.CountAsync(2).ToListAsync();
                break;
            case "options":
                await Caller.Fan.CallAsync("cellar.get", Wine7, new CallOptions { Timeout = limit });
                break;
            case "stream with options":
                await Caller.Fan.StreamAsync("cellar.count", To2, new CallOptions { Timeout = limit }).ToListAsync();
                break;
            default:
                using (CallContext.Current.WithTimeout(limit).Use()) await Remote.RestockAsync(1);
                break;
        }
    }
}
