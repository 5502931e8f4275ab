using Fan.Loss.Faults;

namespace Fan.Loss.Tests;

/// <summary>
/// A short run for each durable route with all that can be done to it: deletions, an alarm, bad texts, handlers that hang or take too long,
/// beside the killing.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("amqp", 5)]
    [InlineData("redis", 4)]
    [InlineData("postgres", 4)]
    [InlineData("sqlite", 3)]
    public async Task No_accepted_push_is_lost_or_stuck_and_every_attempt_is_counted_whatever_befalls_them(string route, int faults)
    {
        var report = await LossRuns.RunAsync(output, new LossOptions { Route = route, Messages = 900, Faults = faults, Folder = "faults" });
        Assert.True(report.Holds, string.Join('\n', report.Lines));
        Assert.Equal(900, report.Verdict.Accepted + report.Explained);
        Assert.Equal(FaultKind.Of(route).Except(FaultKind.Traits).Order(), report.Faults.Keys.Order());
        Assert.All(report.Faults.Values, times => Assert.Equal(1, times));
        Assert.Contains("bad texts", report.Met.Keys);
    }
}
