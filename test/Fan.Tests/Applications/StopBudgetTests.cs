using Fan.Lifetime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Tests.Applications;

/// <summary>The one time that all steps of a stop share.</summary>
public sealed class StopBudgetTests
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_step_takes_from_what_the_ones_before_left()
    {
        var budget = new StopBudget(TimeSpan.FromSeconds(10), _clock, NullLogger.Instance);
        await budget.SpendAsync("one", _ => PassAsync(4), Token);
        Assert.Equal(TimeSpan.FromSeconds(6), budget.Left);
        // What others do in between is not counted.
        await PassAsync(100);
        await Task.WhenAll(budget.SpendAsync("two", _ => PassAsync(1), Token), budget.SpendAsync("three", _ => Task.CompletedTask, Token));
        Assert.Equal(TimeSpan.FromSeconds(5), budget.Left);
    }

    [Fact]
    public async Task A_step_is_told_when_the_time_is_over_and_is_not_waited_for_if_it_does_not_end()
    {
        var budget = new StopBudget(TimeSpan.FromSeconds(10), _clock, NullLogger.Instance);
        var never = new TaskCompletionSource();
        var told = CancellationToken.None;
        var spending = budget.SpendAsync(
            "one",
            token =>
            {
                told = token;
                return never.Task;
            },
            Token);
        Assert.False(told.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(told.IsCancellationRequested);
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(StopBudget.Grace);
                return spending.IsCompleted;
            },
            "the stop goes on");
        await spending;
        Assert.Equal(TimeSpan.Zero, budget.Left);
        var late = budget.SpendAsync("two", token => token.IsCancellationRequested ? Task.CompletedTask : never.Task, Token);
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return late.IsCompleted;
            },
            "so it does");
        never.SetResult();
    }

    [Theory]
    [InlineData(10, 30, 30)]
    [InlineData(40, 30, 42)]
    [InlineData(40, 60, 60)]
    public void The_host_is_given_the_time_that_a_stop_may_take(int drain, int host, int expected)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(host));
        builder.Services.AddFan(options => (options.Name, options.DrainTimeout) = ("one", TimeSpan.FromSeconds(drain)));
        using var built = builder.Build();
        Assert.Equal(TimeSpan.FromSeconds(expected), built.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    private Task PassAsync(int seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        return Task.CompletedTask;
    }
}
