using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Sharding;

public sealed partial class ShardingTests
{
    [Fact]
    public async Task Calls_of_a_shard_go_to_the_version_of_its_owner()
    {
        _workers["w4"] = await TestHost.StartAsync(_tree, _network, "w4", fan => fan.Configure(options => options.Worker = "w4")
            .AddService<ICounterTwo>(_ => new CounterTwo()).Shard<ICounterTwo>(Shards));
        await Changes.MoveShardsAsync("stock.counter", new Dictionary<int, string?> { [0] = "w4", [1] = "w1" }, Options);
        Assert.Equal("two", await _caller.Fan.CallAsync<string>($"stock[{StoreOf(0)}].counter.count", default));
        Assert.Equal("two", await _caller.Fan.Get<ICounterTwo>(StoreOf(0)).CountAsync());
        Assert.StartsWith(
            "w1", await _caller.Fan.CallAsync<string>($"stock[{StoreOf(1)}].counter.count", default), StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<NoMatchingVersionException>(
            async () => await _caller.Fan.Get<ICounter>(StoreOf(0)).CountAsync());
        Assert.Equal("Shard 0 of 'stock.counter' is owned by w4, whose version 2.0.0 does not fit '^1.0.0'.", error.Message);
        await Assert.ThrowsAsync<NoMatchingVersionException>(async () => await _caller.Fan.Get<ICounterTwo>(StoreOf(1)).CountAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_canary_of_one_shard_meets_that_shard_s_calls_alone(bool routed)
    {
        if (routed) await Changes.ChangeAsync([RouteChange.To("stock.counter", "1.0.0")], Options);
        using var stop = new CancellationTokenSource();
        var anything = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var store = Random.Shared.Next(40);
                var answer = await _caller.Fan.CallAsync<string>($"stock[{store}].counter.count", default);
                if (answer == "two") Assert.Equal(0, Fan.Sharding.ShardPlan.Hash(Shards).ShardOf($"{store}"));
            }
        })).ToList();
        var ones = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await _caller.Fan.Get<ICounter>(StoreOf(Random.Shared.Next(1, Shards))).CountAsync();
        })).ToList();
        _workers["w4"] = await TestHost.StartAsync(_tree, _network, "w4", fan => fan.Configure(options => options.Worker = "w4")
            .AddService<ICounterTwo>(_ => new CounterTwo()).Shard<ICounterTwo>(Shards));
        Assert.DoesNotContain(await Changes.ShardsAsync("stock.counter"), state => state.Owner == "w4");

        for (var round = 0; round < 3; round++)
        {
            var report = await Changes.MoveShardsAsync("stock.counter", new Dictionary<int, string?> { [0] = "w4" }, Options);
            Assert.Equal("two", await _caller.Fan.CallAsync<string>($"stock[{StoreOf(0)}].counter.count", default));
            Assert.Equal(
                [0], (await Changes.ShardsAsync("stock.counter")).Where(state => state.Owner == "w4").Select(state => state.Shard));
            await Changes.RevertAsync(report.Commit.Number, Options);
            Assert.StartsWith("w", await _caller.Fan.Get<ICounter>(StoreOf(0)).CountAsync(), StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        await Task.WhenAll([.. anything, .. ones]);
        Assert.Empty(_served.Violations);
    }

    [Fact]
    public async Task A_split_of_a_sharded_service_is_one_of_its_shards()
    {
        _workers["w4"] = await TestHost.StartAsync(_tree, _network, "w4", fan => fan.Configure(options => options.Worker = "w4")
            .AddService<ICounterTwo>(_ => new CounterTwo()).Shard<ICounterTwo>(Shards));
        var split = new RouteChange
        {
            Service = "stock.counter",
            Versions = new Dictionary<string, int> { ["1.0.0"] = 75, ["2.0.0"] = 25 }
        };
        var report = await Changes.ChangeAsync([split], Options);
        Assert.Contains(
            "A shard has one owner, so 'stock.counter' is split by shards: 2.0.0 has 2 of 8, 1.0.0 has 6 of 8.", report.Warnings);
        await SettledAsync();
        var answers = new List<string>();
        for (var shard = 0; shard < Shards; shard++)
        {
            answers.Add(await _caller.Fan.CallAsync<string>($"stock[{StoreOf(shard)}].counter.count", default));
        }
        Assert.Equal(2, answers.Count(answer => answer == "two"));
    }
}
