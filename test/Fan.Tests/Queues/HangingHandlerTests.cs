using Fan.Conformance;
using Fan.Coordination;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Eventually = Fan.Tests.Applications.Eventually;

namespace Fan.Tests.Queues;

/// <summary>Handlers that ignore their token: they are told, the queue goes on, and the application ends.</summary>
public sealed class HangingHandlerTests : IDisposable
{
    private static readonly QueueName Queue = new("news");

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly WrittenText _log = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _release.TrySetResult();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_place_is_given_to_others_and_its_attempt_has_failed(bool blocksItsThread)
    {
        var news = new News((text, _) =>
        {
            if (text != "hang") return default;
            if (!blocksItsThread) return new(_release.Task);
            _release.Task.Wait(CancellationToken.None);
            return default;
        });
        await using var host = await StartAsync(news, options => (options.Concurrency, options.MaxAttempts) = (1, 2));
        var id = await host.Fan.PushAsync("news.publish", Json("hang"), cancellationToken: Token);
        await host.Fan.Get<INews>().PublishAsync("next", Token);
        await Eventually.TrueAsync(() => news.Texts.Contains("next"), "the next one is handled");
        await Eventually.TrueAsync(() => Told("ignores its cancelled token").Count() == 2, "both attempts are told");
        Assert.All(Told("ignores its cancelled token"), line => Assert.Contains(id, line, StringComparison.Ordinal));
        Assert.Contains("news/publish", Told("ignores its cancelled token").First(), StringComparison.Ordinal);
        var (status, description) = await HealthAsync(host);
        Assert.Equal(HealthStatus.Degraded, status);
        Assert.Contains("queue news/main: 2 of its handlers ignore their cancelled token", description, StringComparison.Ordinal);
        var queues = host.Services.GetRequiredService<LocalQueueTransport>();
        await Eventually.TrueAsync(async () => (await queues.PeekDeadAsync(Queue, 10, Token)).Count == 1, "it is dead after its attempts");
        Assert.Equal(DeadLetterReasons.AttemptsExhausted, (await queues.PeekDeadAsync(Queue, 10, Token))[0].Reason);

        _release.SetResult();
        await Eventually.TrueAsync(async () => (await HealthAsync(host)).Status == HealthStatus.Healthy, "all have ended");
        Assert.Equal(2, Told("has ended at last").Count());
    }

    [Fact]
    public async Task With_too_many_nothing_more_is_begun_until_one_ends()
    {
        const int most = 32;
        var one = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var news = new News((text, _) => text == "next" ? default : new(text == "0" ? one.Task : _release.Task));
        await using var host = await StartAsync(news, options => (options.Concurrency, options.MaxAttempts) = (most, 1));
        for (var i = 0; i < most; i++) await host.Fan.Get<INews>().PublishAsync($"{i}", Token);
        await Eventually.TrueAsync(() => Told("ignores its cancelled token").Count() == most, "all hang");
        await host.Fan.Get<INews>().PublishAsync("next", Token);
        await Eventually.TrueAsync(() => Told("Nothing more of news/main is begun here").Any(), "that is told");
        Assert.Contains("nothing is begun any more", (await HealthAsync(host)).Description, StringComparison.Ordinal);
        Assert.DoesNotContain("next", news.Texts);
        one.SetResult();
        await Eventually.TrueAsync(() => news.Texts.Contains("next"), "it goes on");
    }

    [Fact]
    public async Task The_application_ends_without_it_and_tells_what_is_lost()
    {
        var entered = new TaskCompletionSource();
        var news = new News((_, _) =>
        {
            entered.TrySetResult();
            return new(_release.Task);
        });
        await using var host = await StartAsync(
            news, options => (options.Concurrency, options.HandlingTimeout) = (1, TimeSpan.FromHours(1)), TimeSpan.FromMilliseconds(200));
        for (var i = 0; i < 3; i++) await host.Fan.Get<INews>().PublishAsync($"{i}", Token);
        await entered.Task;
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
        Assert.Contains("3 pushes in the memory queue news/main were not handled", Told("are lost").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_that_comes_while_memory_is_drained_or_later_is_refused()
    {
        var entered = new TaskCompletionSource();
        var news = new News((_, _) =>
        {
            entered.TrySetResult();
            return new(_release.Task);
        });
        await using var host = await StartAsync(news, options => options.Concurrency = 1);
        await host.Fan.Get<INews>().PublishAsync("held", Token);
        await entered.Task;
        var accepted = 1;
        var stopping = host.StopAsync();
        ServiceUnavailableException? refused = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await host.Fan.Get<INews>().PublishAsync("more", Token);
                    accepted++;
                }
                catch (ServiceUnavailableException error)
                {
                    refused = error;
                }

                return refused is not null;
            },
            "it is refused");
        Assert.False(stopping.IsCompleted);
        Assert.Contains("is stopping and takes no more pushes to 'news' into its memory", refused!.Message, StringComparison.Ordinal);
        _release.SetResult();
        await stopping;
        Assert.Equal(accepted, news.Texts.Count);
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await host.Fan.Get<INews>().PublishAsync("late", Token));
    }

    private IEnumerable<string> Told(string part) => _log.Written.Where(line => line.Contains(part, StringComparison.Ordinal));

    private static System.Text.Json.JsonElement Json(string text) => System.Text.Json.JsonSerializer.SerializeToElement(new { text });

    private static async Task<(HealthStatus Status, string Description)> HealthAsync(TestHost host)
    {
        var entry = (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token)).Entries["fan"];
        return (entry.Status, entry.Description ?? "");
    }

    private Task<TestHost> StartAsync(News news, Action<SubscriptionOptions> configure, TimeSpan? drainTimeout = null) =>
        TestHost.StartAsync(
            _tree,
            _network,
            "one",
            fan =>
            {
                if (drainTimeout is { } time) fan.Configure(options => options.DrainTimeout = time);
                fan.AddService<INews>(_ => news).ConfigureQueue<INews>(options =>
                {
                    (options.Backoff, options.HandlingTimeout) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(50));
                    configure(options);
                });
            },
            _log);
}
