using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Tests.Changes;

/// <summary>Switches that take themselves back.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private readonly Place _place = new();
    private readonly CancellationTokenSource _ending = new();
    private Task _calling = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        await _place.StartAsync("ones", fan => fan.AddService<IPriceOne>(_ => new Prices("1")).AddService<ITaxOne>(_ => new Prices("1")));
        (await _place.RunAsync("switch", "price=1.0.0", "tax=1.0.0")).Succeeded();
        await _place.StartAsync("good", fan => fan.AddService<ITaxTwo>(_ => new Prices("2") { Takes = TimeSpan.FromMilliseconds(20) }));
        await _place.StartAsync("bad", fan => fan.AddService<IPriceTwo>(_ => new Prices("2") { IsBroken = true }));
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _calling;
        await _place.DisposeAsync();
        _ending.Dispose();
    }

    [Fact]
    public async Task A_version_whose_calls_fail_is_taken_back_with_the_reason()
    {
        await CallAsync();
        var result = await _place.RunAsync("switch", "price=2.0.0", "--watch", "60s", "--max-errors", "1%", "--author", "ann");
        Assert.Equal(1, result.Code);
        Assert.Matches(
            @"fan: Commit 3 was taken back by commit 4: (\d+) of \1 calls of 'price' failed, 100\.0 %, " +
            @"where at most 1\.0 % may\. \[reverted\]",
            result.Error);
        Assert.Contains("watching the calls for ", result.Error, StringComparison.Ordinal);
        Assert.Equal("1", await _place.WhichAsync("price"));
        var revert = (await _place.RunAsync("show", "4", "--json")).Succeeded().Json;
        Assert.Equal((3, "ann"), (revert.GetProperty("reverts").GetInt32(), revert.GetProperty("author").GetString()));
        Assert.StartsWith("Commit 3 was taken back by itself: ", revert.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_takes_too_long_is_taken_back()
    {
        await CallAsync();
        var error = (await _place.RunAsync("switch", "tax=2.0.0", "--watch", "60s", "--max-p99", "1ms", "--json")).ErrorJson;
        Assert.Equal("reverted", error.GetProperty("code").GetString());
        Assert.Matches(
            @"99 of 100 calls of 'tax' ended within \d+\.\d ms, where 1\.0 ms is the limit", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_version_that_keeps_the_limits_stays_and_its_calls_are_told()
    {
        await CallAsync();
        var report = (await _place.RunAsync(
            "switch", "tax=2.0.0", "--watch", "2s", "--max-errors", "+1%", "--max-p99", "1h", "--json")).Succeeded().Json;
        var watched = report.GetProperty("watched")[0];
        Assert.Equal(("tax", 0), (watched.GetProperty("service").GetString(), watched.GetProperty("failed").GetInt32()));
        Assert.True(watched.GetProperty("calls").GetInt32() > 0);
        Assert.Equal("2", await _place.WhichAsync("tax"));
    }

    [Fact]
    public async Task A_split_whose_calls_fail_is_taken_back_too_and_one_that_keeps_the_limits_stays()
    {
        await CallAsync();
        var error = (await _place.RunAsync(
            "split", "price", "1.0.0=50", "2.0.0=50", "--watch", "60s", "--max-errors", "1%", "--json")).ErrorJson;
        Assert.Equal("reverted", error.GetProperty("code").GetString());
        Assert.Matches(
            @"^Commit 3 was taken back by commit 4: \d+ of \d+ calls of 'price' failed, [\d.]+ %, where at most 1\.0 % may\.$",
            error.GetProperty("message").GetString());
        Assert.Equal("1", await _place.WhichAsync("price"));
        var report = (await _place.RunAsync(
            "split", "tax", "1.0.0=50", "2.0.0=50", "--watch", "1s", "--max-errors", "1%", "--max-p99", "1h", "--json")).Succeeded().Json;
        Assert.Equal(("tax", 5), (
            report.GetProperty("watched")[0].GetProperty("service").GetString(),
            report.GetProperty("commit").GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task Without_calls_nothing_is_concluded_and_nothing_compared()
    {
        var refused = (await _place.RunAsync("switch", "tax=2.0.0", "--watch", "10ms", "--max-p99", "+50%", "--json")).ErrorJson;
        Assert.Equal(
            (
                "too_few_calls",
                "Only 0 calls of 'tax' were made in 10 ms, and a limit that begins with + needs 100; " +
                "nothing was changed. Give one without +."),
            (refused.GetProperty("code").GetString(), refused.GetProperty("message").GetString()));
        Assert.Equal("1", await _place.WhichAsync("tax"));
        var result = (await _place.RunAsync("switch", "tax=2.0.0", "--watch", "10ms", "--max-errors", "1%")).Succeeded();
        Assert.Contains("Only 0 calls of 'tax' were made while it was watched", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--watch needs --max-errors or --max-p99, or both.", "--watch", "30s")]
    [InlineData("--max-errors and --max-p99 need --watch TIME.", "--max-errors", "1%")]
    [InlineData("--max-errors must be 1% or +1%; it is 'few'.", "--watch", "30s", "--max-errors", "few")]
    [InlineData("--max-p99 must be 200ms or +50%; it is '+50ms'.", "--watch", "30s", "--max-p99", "+50ms")]
    [InlineData("--max-p99 must be a time", "--watch", "30s", "--max-p99", "fast")]
    public async Task Limits_that_can_not_be_understood_are_wrong_usage(string text, params string[] args)
    {
        (await _place.RunAsync(["switch", "tax=2.0.0", .. args])).Failed(2, text);
        (await _place.RunAsync(["split", "tax", "1.0.0=50", "2.0.0=50", .. args])).Failed(2, text);
    }

    /// <summary>An application that calls both without a pause.</summary>
    private async Task CallAsync()
    {
        var host = await _place.StartAsync("caller", _ => { });
        var fan = host.Services.GetRequiredService<IFan>();
        _calling = Task.Run(async () =>
        {
            while (!_ending.IsCancellationRequested)
            {
                foreach (var service in (string[])["price", "tax"])
                {
                    try
                    {
                        await fan.CallAsync<string>(service + ".which", default);
                    }
                    catch (FanException)
                    {
                        // That is what it is watched for.
                    }
                }
            }
        });
    }
}
