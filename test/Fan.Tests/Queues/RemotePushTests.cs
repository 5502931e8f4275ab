using System.Text;
using System.Text.Json;
using Fan.Applications;
using Fan.Coordination;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Queues;

/// <summary>Pushes to another process: over a broker, and over ordinary routes where there is none.</summary>
public sealed class RemotePushTests : IDisposable
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Broker _broker = new();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task Without_a_broker_the_process_that_hosts_the_service_takes_the_push_with_its_options()
    {
        var news = new News((_, _) => CallContext.Current.Push!.Attempt < 3 ? throw new InvalidOperationException("not yet") : default);
        await using var host = await HostAsync(news, withBroker: false);
        await using var pusher = await PusherAsync(withBroker: false);
        await pusher.Fan.Push<INews>(new()
        {
            Key = "ž/k",
            MessageId = "m-1",
            Delay = TimeSpan.FromMilliseconds(20),
            TimeToLive = TimeSpan.FromHours(1)
        }).PublishAsync("a", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => news.Texts.Count == 3, "it was tried until it succeeded");
        Assert.All(
            news.Contexts, context => Assert.Equal(("ž/k", "m-1", "pusher"), (context.Push!.Key, context.Push.MessageId, context.Caller)));
        Assert.Equal("m-2", await pusher.Fan.PushAsync(
            "news.publish", Json("""{"text": "b"}"""), new() { MessageId = "m-2" }, TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(() => news.Contexts.Any(context => context.Push!.MessageId == "m-2"), "the push by name came");
    }

    [Fact]
    public async Task Without_a_broker_the_pusher_is_told_what_is_wrong()
    {
        await using var host = await HostAsync(new News(), withBroker: false);
        await using var pusher = await PusherAsync(withBroker: false);
        await Assert.ThrowsAsync<BadArgumentException>(async () => await pusher.Fan.PushAsync("news.publish", Json("""{"txt": 1}""")));
        await Assert.ThrowsAsync<NoSuchMethodException>(
            async () => await pusher.Fan.PushAsync("news.add", Json("""{"left": 1, "right": 1}""")));
        await Assert.ThrowsAsync<NoSuchServiceException>(async () => await pusher.Fan.PushAsync("olds.publish", default));
    }

    [Fact]
    public async Task The_only_broker_is_taken_and_keeps_pushes_while_nobody_runs()
    {
        var news = new News();
        await using (await HostAsync(news))
        {
        }

        await using var pusher = await PusherAsync();
        await pusher.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        Assert.Single(_broker.Sent);
        Assert.Empty(news.Texts);
        await using var host = await HostAsync(news);
        await Eventually.TrueAsync(() => news.Texts.Count == 1, "it was handled");
    }

    [Fact]
    public async Task A_pusher_without_the_broker_reaches_it_through_the_host()
    {
        var news = new News();
        await using var host = await HostAsync(news);
        await using var pusher = await PusherAsync(withBroker: false);
        await pusher.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        var sent = Assert.Single(_broker.Sent);
        Assert.Equal(("news", "publish", "pusher", sent.Id), (sent.Service, sent.Method, sent.Headers.Caller, sent.Headers.MessageId));
        await Eventually.TrueAsync(() => news.Texts.Count == 1, "it was handled");
    }

    [Fact]
    public async Task A_pusher_with_a_broker_reaches_a_host_without_one()
    {
        var news = new News();
        await using var host = await HostAsync(news, withBroker: false);
        await using var pusher = await PusherAsync();
        await pusher.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        Assert.Empty(_broker.Sent);
        await Eventually.TrueAsync(() => news.Texts.Count == 1, "it was handled");
    }

    [Fact]
    public async Task Of_two_brokers_a_pusher_takes_the_one_where_the_queues_are_registered()
    {
        using var other = new Broker();
        var news = new News();
        await using var host = await HostAsync(news);
        await Eventually.TrueAsync(async () => await host.Store.GetAsync("/fan/queues/news/main") is not null, "it is registered");
        await using var pusher = await TestHost.StartAsync(_tree, _network, "pusher", fan =>
        {
            Add(fan);
            fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(other, "another"));
        });
        await pusher.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        Assert.Single(_broker.Sent);
        Assert.Empty(other.Sent);
    }

    [Fact]
    public async Task A_host_with_two_brokers_must_be_told_which_one()
    {
        using var other = new Broker();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestHost.StartAsync(_tree, _network, "host", fan =>
        {
            Add(fan.AddService<INews>(_ => new News()));
            fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(other, "another"));
        }));
        Assert.Contains("Fan:Routes:news:Pushes", error.Message, StringComparison.Ordinal);

        var news = new News();
        await using var host = await TestHost.StartAsync(_tree, _network, "host", fan =>
        {
            Add(fan.AddService<INews>(_ => news).Route("news", pushes: "broker").Route("news/shout", pushes: "another"));
            fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(other, "another"));
        });
        await Eventually.TrueAsync(async () => await host.Store.GetAsync("/fan/queues/news/main") is not null, "it is registered");
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        host.Fan.Get<INews>().Shout("b");
        await Eventually.TrueAsync(() => news.Texts.Count == 2, "both were handled");
        Assert.Equal(("publish", "shout"), (Assert.Single(_broker.Sent).Method, Assert.Single(other.Sent).Method));
    }

    [Fact]
    public async Task Queues_are_registered_for_good_with_their_policy()
    {
        await using (var host = await HostAsync(new News(), configure: options => options.MaxAttempts = 4))
        {
            await Eventually.TrueAsync(async () => await host.Store.GetAsync("/fan/queues/news/main") is not null, "it is registered");
        }

        await using var pusher = await PusherAsync();
        var directory = pusher.Services.GetRequiredService<QueueDirectory>();
        var registration = Assert.Single(await directory.ListAsync(TestContext.Current.CancellationToken));
        var node = await pusher.Store.GetAsync("/fan/queues/news/main");
        var json = Encoding.UTF8.GetString(node!.Data.Span);
        Assert.Equal(0, node.EphemeralOwner);
        Assert.StartsWith("""{"transports":["broker"],"policy":{"max_attempts":4,""", json, StringComparison.Ordinal);
        Assert.Equal((new QueueName("news"), 4), (registration.Queue, registration.Policy.MaxAttempts));
        Assert.Equal(registration.ToJson(), QueueRegistration.Parse(registration.Queue, registration.ToJson()).ToJson());
    }

    [Fact]
    public async Task A_host_starts_without_its_broker_says_so_and_consumes_when_it_comes()
    {
        _broker.IsAway = true;
        var news = new News();
        await using var host = await HostAsync(news);
        var troubles = host.Services.GetRequiredService<Subscriptions>().Troubles;
        Assert.Contains("the broker is away", Assert.Single(troubles), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await host.Fan.Get<INews>().PublishAsync("lost", TestContext.Current.CancellationToken));
        _broker.IsAway = false;
        await Eventually.TrueAsync(() => host.Services.GetRequiredService<Subscriptions>().Troubles.Count == 0, "it consumes");
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => news.Texts.Count == 1, "it was handled");
        Assert.DoesNotContain("lost", news.Texts);
    }

    [Fact]
    public async Task Pushes_to_a_service_that_nobody_hosts_are_refused()
    {
        await using var pusher = await PusherAsync();
        await Assert.ThrowsAsync<NoSuchServiceException>(
            async () => await pusher.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken));
        await using var certain = await TestHost.StartAsync(_tree, _network, "pusher", fan => Add(fan.Route("news", pushes: "broker")));
        await Assert.ThrowsAsync<NoSuchServiceException>(
            async () => await certain.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken));
    }

    private Task<TestHost> HostAsync(News news, bool withBroker = true, Action<SubscriptionOptions>? configure = null) =>
        TestHost.StartAsync(_tree, _network, "host", fan =>
        {
            fan.AddService<INews>(_ => news).ConfigureQueue<INews>(options =>
            {
                options.Backoff = TimeSpan.FromMilliseconds(1);
                configure?.Invoke(options);
            });
            if (withBroker) Add(fan);
        });

    private Task<TestHost> PusherAsync(bool withBroker = true) => TestHost.StartAsync(_tree, _network, "pusher", fan =>
    {
        if (withBroker) Add(fan);
    });

    private void Add(FanBuilder fan) => fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(_broker));

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
