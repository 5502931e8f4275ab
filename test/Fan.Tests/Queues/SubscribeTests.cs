using Fan.Coordination;
using Fan.Queues;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Tests.Queues;

/// <summary>Methods of a class-first service that handle pushes of others.</summary>
public sealed class SubscribeTests : IDisposable
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Broker _broker = new();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task A_hosted_class_handles_pushes_of_other_services_with_the_object_that_serves_its_calls()
    {
        await using var host = await StartAsync("shop", fan => fan.AddService<IStock>(_ => new Stock()).AddService<INews>(_ => new News()));
        await using var ledger = await StartAsync("ledger", fan => fan.AddService<Ledger>());
        var token = TestContext.Current.CancellationToken;

        await host.Fan.Get<IStock>(42).ClearedAsync(token);
        await host.Fan.Get<IStock>(42).ChangedAsync(new StockChange(1, 2), token);
        await host.Fan.Get<INews>().PublishAsync("a", token);
        host.Fan.Get<INews>().Shout("b");

        var entries = ledger.Services.GetRequiredService<Ledger>().Entries;
        await Eventually.TrueAsync(() => entries.Count == 3, "all that it subscribes to came");
        Assert.Equal(["42: 1 of 2", "a", "b!"], entries.Order(StringComparer.Ordinal));
        Assert.Equal(3, (await host.Fan.CallAsync("ledger[1].main.count", default, cancellationToken: token)).GetInt32());
        Assert.NotNull(await host.Store.GetAsync("/fan/queues/stock.wines/ledger.main", token));
        Assert.NotNull(await host.Store.GetAsync("/fan/queues/news/loud", token));
        Assert.Equal(0, (await _broker.Queues.GetStatusAsync(new("stock.wines", "ledger.main"), token))!.Dead);
    }

    [Fact]
    public async Task A_class_can_subscribe_without_being_hosted()
    {
        await using var host = await StartAsync("shop", fan => fan.AddService<INews>(_ => new News()));
        await using var ledger = await StartAsync("ledger", fan => fan.AddSubscriptions<Ledger>());

        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => !ledger.Services.GetRequiredService<Ledger>().Entries.IsEmpty, "it came");
        Assert.Empty(await ledger.Directory.FindAsync("ledger.main", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_handler_that_throws_is_tried_again()
    {
        await using var host = await StartAsync("shop", fan => fan.AddService<INews>(_ => new News()));
        await using var ledger = await StartAsync("ledger", fan => fan.AddService(_ => new Ledger { FailFirst = true }));

        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(
            async () => await _broker.Queues.GetStatusAsync(
                new("news", "ledger.main"),
                TestContext.Current.CancellationToken) is { Scheduled: 1 } or { Waiting: 1 }, "it waits for its next attempt");
    }

    [Fact]
    public async Task A_class_without_such_a_method_fails_the_start()
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            () => StartAsync("plain", fan => fan.AddSubscriptions<PlainClass>()));

        Assert.Contains("has no method with [Subscribe]", error.Message, StringComparison.Ordinal);
    }

    private Task<TestHost> StartAsync(string name, Action<FanBuilder> configure) => TestHost.StartAsync(_tree, _network, name, fan =>
    {
        fan.Services.AddSingleton<IQueueTransport>(new BrokerTransport(_broker));
        configure(fan);
    });
}

[Service("ledger[shop_id].main")]
public sealed class Ledger
{
    public bool FailFirst { get; init; }

    public System.Collections.Concurrent.ConcurrentQueue<string> Entries { get; } = new();

    [Rpc]
    public int Count() => Entries.Count;

    [Subscribe(typeof(IStock), nameof(IStock.ChangedAsync))]
    public Task OnChangedAsync(StockChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Entries.Enqueue($"{CallContext.Current.ShardKeys[0]}: {change.Id} of {change.Bottles}");
        return Task.CompletedTask;
    }

    [Subscribe(typeof(INews), "publish")]
    public ValueTask OnNewsAsync(string text, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (FailFirst && CallContext.Current.Push!.Attempt == 1) throw new InvalidOperationException("not yet");
        Entries.Enqueue(text);
        return default;
    }

    [Subscribe(typeof(INews), nameof(INews.Shout), Group = "loud")]
    public void OnShout(string text) => Entries.Enqueue(text + "!");
}

[Service("plain_class")]
public sealed class PlainClass
{
    [Rpc]
    public int One() => 1;
}
