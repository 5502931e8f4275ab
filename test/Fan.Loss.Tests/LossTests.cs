using Fan.Loss.Faults;

namespace Fan.Loss.Tests;

/// <summary>A short run for each durable route; the long ones, and what they came to: see docs/push.md.</summary>
public sealed class LossTests(ITestOutputHelper output)
{
    private static readonly string[] Killed = [FaultKind.Consumer, FaultKind.Producer, FaultKind.Broker];

    [Theory]
    [InlineData("amqp", 6)]
    [InlineData("redis", 6)]
    [InlineData("postgres", 6)]
    [InlineData("sqlite", 4)]
    public async Task No_accepted_push_is_lost_though_consumers_producers_and_the_broker_are_killed(string route, int faults)
    {
        var report = await LossRuns.RunAsync(
            output,
            new LossOptions { Route = route, Messages = 2000, Faults = faults, Kinds = [.. Killed.Intersect(FaultKind.Of(route))] });
        Assert.True(report.Holds, string.Join('\n', report.Lines));
        Assert.Equal((2000, 0, 0), (report.Verdict.Accepted, report.Explained, report.Verdict.DeadLettered));
        Assert.Equal(faults, report.Faults.Values.Sum());
        Assert.All(report.Faults.Values, times => Assert.Equal(2, times));
    }

    [Fact]
    public async Task A_run_finds_what_consumers_lose()
    {
        var report = await LossRuns.RunAsync(output, new LossOptions
        {
            Route = "sqlite",
            Messages = 100,
            Faults = 0,
            Kinds = [FaultKind.Consumer],
            Plants = true,
            Producers = 2,
            Consumers = 1,
            Patience = TimeSpan.FromSeconds(3)
        });
        Assert.Equal(["p0.0-13", "p1.0-13"], report.Verdict.Examples);
        Assert.Equal((false, 2, 98), (report.Verdict.Holds, report.Verdict.Lost, report.Verdict.Handled));
    }
}
