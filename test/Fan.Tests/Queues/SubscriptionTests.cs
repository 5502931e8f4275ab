using System.Collections.Concurrent;
using Fan.Coordination;
using Fan.Queues;
using Fan.Tests.Applications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Queues;

/// <summary>Groups beside the service's own.</summary>
public sealed class SubscriptionTests : IDisposable
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Broker _broker = new();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task A_subscriber_of_the_same_process_gets_a_copy_in_memory_and_passes_over_what_it_does_not_care_for()
    {
        var stock = new Stock();
        await using var host = await TestHost.StartAsync(
            _tree, _network, "shop", fan => fan.AddService<IStock>(_ => stock).AddSubscription<IStock, StockAudit>("audit"));
        await host.Fan.Get<IStock>(42).ClearedAsync(TestContext.Current.CancellationToken);
        await host.Fan.Get<IStock>(42).ChangedAsync(new StockChange(1, 2), TestContext.Current.CancellationToken);
        var audit = host.Services.GetRequiredService<StockAudit>();
        await Eventually.TrueAsync(() => audit.Changes.Count == 1 && stock.Changes.Count == 1, "both groups have it");
        Assert.Empty(await host.Services.GetRequiredService<Fan.Queues.Local.LocalQueueTransport>().PeekDeadAsync(
            new("stock.wines", "audit"), 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_subscriber_of_another_process_gets_copies_over_the_broker_and_shares_them_with_its_group()
    {
        var stock = new Stock();
        await using var host = await StartAsync("shop", fan => fan.AddService<IStock>(_ => stock));
        await using var first = await StartAsync("audit", fan => fan.AddSubscription<IStock, StockAudit>("audit"));
        await using var second = await StartAsync("audit", fan => fan.AddScopedSubscription<IStock, StockAudit>("other"));
        await using var pusher = await StartAsync("pusher", _ => { });
        for (var i = 0; i < 20; i++)
        {
            await pusher.Fan.Get<IStock>(42).ChangedAsync(new StockChange(i, 1), TestContext.Current.CancellationToken);
        }
        var audit = first.Services.GetRequiredService<StockAudit>();
        await Eventually.TrueAsync(() => audit.Changes.Count == 20 && stock.Changes.Count == 20, "both groups have all");
        await EmptyAsync(new("stock.wines", "other"));
    }

    [Fact]
    public async Task Subscribing_and_unsubscribing_work_while_the_application_runs()
    {
        await using var host = await StartAsync("shop", fan => fan.AddService<IStock>(_ => new Stock()));
        await using var other = await StartAsync("other", _ => { });
        var audit = new StockAudit();
        var queue = new QueueName("stock.wines", "late");
        var token = TestContext.Current.CancellationToken;
        await host.Fan.Get<IStock>(1).ChangedAsync(new StockChange(0, 0), token);
        var subscription = await other.Fan.SubscribeAsync<IStock>("late", audit, cancellationToken: token);
        await host.Fan.Get<IStock>(1).ChangedAsync(new StockChange(1, 0), token);
        await Eventually.TrueAsync(() => audit.Changes.Count == 1, "it came");
        Assert.Equal((queue, null), (subscription.Queue, subscription.Trouble));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => other.Fan.SubscribeAsync<IStock>("late", audit, cancellationToken: token));

        await subscription.StopAsync(token);
        await host.Fan.Get<IStock>(1).ChangedAsync(new StockChange(2, 0), token);
        Assert.Equal(1, (await _broker.Queues.GetStatusAsync(queue, token))!.Waiting);
        var again = await other.Fan.SubscribeAsync<IStock>("late", audit, cancellationToken: token);
        await Eventually.TrueAsync(() => audit.Changes.Count == 2, "what waited came");

        await again.UnsubscribeAsync(token);
        Assert.Null(await _broker.Queues.GetStatusAsync(queue, token));
        Assert.Null(await host.Store.GetAsync("/fan/queues/stock.wines/late", token));
        await host.Fan.Get<IStock>(1).ChangedAsync(new StockChange(3, 0), token);
        Assert.Equal([1, 2], audit.Changes.Select(change => change.Id));
    }

    [Fact]
    public async Task A_function_gets_every_push_of_a_service_without_its_contract()
    {
        await using var host = await StartAsync("shop", fan => fan.AddService<IStock>(_ => new Stock()));
        var seen = new ConcurrentQueue<ReceivedPush>();
        await using var other = await StartAsync("other", fan => fan.AddSubscription("stock.wines", "log", _ => (push, _) =>
        {
            Assert.Equal(["7"], CallContext.Current.ShardKeys);
            seen.Enqueue(push);
            return default;
        }));
        await host.Fan.Push<IStock>(new() { Key = "k" }, 7).ChangedAsync(new StockChange(1, 2), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => seen.Count == 1, "it came");
        var push = seen.Single();
        Assert.Equal(
            ("stock.wines", "changed", "log", "k", 1), (push.Service, push.Method, push.Info.Group, push.Info.Key, push.Info.Attempt));
        Assert.Equal(2, push.Arguments.GetProperty("change").GetProperty("bottles").GetInt32());
    }

    [Fact]
    public async Task A_subscription_that_could_never_get_anything_says_what_to_do()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "other", _ => { });
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.Fan.SubscribeAsync<IStock>("audit", new StockAudit(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("add one to both", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_fail_the_start_with_all_that_is_wrong_in_one_message()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => ConfiguredAsync(
            new()
            {
                ["Fan:Queues:*:MaxAttempts"] = "0",
                ["Fan:Queues:stock.wines:Backoff"] = "soon",
                ["Fan:Queues:stock.wines/audit:Concurency"] = "3",
            },
            fan => fan.AddService<IStock>(_ => new Stock()).AddSubscription<IStock, StockAudit>("audit", options => options.Jitter = 2)));
        foreach (var part in new[]
        {
            "'stock.wines/main': MaxAttempts must be",
            "'stock.wines/audit': MaxAttempts must be",
            "Fan:Queues:stock.wines:Backoff must be a time such as 00:00:30; it is 'soon'",
            "Fan:Queues:stock.wines/audit:Concurency is not known",
            "Jitter must be"
        })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_has_the_last_word_over_code()
    {
        await using var host = await ConfiguredAsync(
            new() { ["Fan:Queues:stock.wines:MaxMessages"] = "3" },
            fan => fan.AddService<IStock>(_ => new Stock())
                .ConfigureQueue<IStock>(options => (options.MaxMessages, options.MaxAttempts) = (5, 7)));
        await Eventually.TrueAsync(async () => await host.Store.GetAsync("/fan/queues/stock.wines/main") is not null, "it is registered");
        var policy =
            (await host.Services.GetRequiredService<QueueDirectory>().ListAsync(TestContext.Current.CancellationToken)).Single().Policy;
        Assert.Equal((3, 7), (policy.MaxMessages, policy.MaxAttempts));
    }

    [Fact]
    public async Task Two_subscribers_of_one_application_can_t_share_a_queue()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync("shop", fan => fan
            .AddSubscription<IStock, StockAudit>("audit").AddSubscription("stock.wines", "audit", _ => (_, _) => default)));
        Assert.Contains("stock.wines/audit", error.Message, StringComparison.Ordinal);
    }

    private Task EmptyAsync(QueueName queue) => Eventually.TrueAsync(
        async () => await _broker.Queues.GetStatusAsync(
            queue, TestContext.Current.CancellationToken) is { Waiting: 0, Scheduled: 0, InFlight: 0 }, $"{queue} is empty");

    private Task<TestHost> StartAsync(string name, Action<FanBuilder> configure) => TestHost.StartAsync(_tree, _network, name, fan =>
    {
        fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(_broker));
        configure(fan);
    });

    private Task<TestHost> ConfiguredAsync(Dictionary<string, string?> settings, Action<FanBuilder> configure) => StartAsync("shop", fan =>
    {
        fan.Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        configure(fan);
    });
}
