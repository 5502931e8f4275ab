using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Sharding;

[Service("stock[store_id].counter", Version = "1.0.0")]
public interface ICounter
{
    ValueTask<string> CountAsync(CancellationToken ct = default);

    IAsyncEnumerable<string> FollowAsync(CancellationToken ct = default);
}

[Service("stock[store_id].counter", Version = "2.0.0")]
public interface ICounterTwo
{
    ValueTask<string> CountAsync(CancellationToken ct = default);
}

[Service("clock.ticker")]
public interface ITicker
{
    ValueTask<string> TickAsync(CancellationToken ct = default);
}

public sealed partial class ShardingTests : IAsyncLifetime
{
    private const int Shards = 8;

    private static readonly ChangeOptions Options = new() { Author = "tester" };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Dictionary<string, TestHost> _workers = [];
    private readonly ServedShards _served = new();
    private TestHost _caller = null!;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    public async ValueTask InitializeAsync()
    {
        _caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        foreach (var name in new[] { "w1", "w2", "w3" }) await StartWorkerAsync(name);
        await SettledAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        foreach (var worker in _workers.Values) await worker.DisposeAsync();
    }

    [Fact]
    public async Task Each_shard_is_served_by_its_owner()
    {
        var states = await Changes.ShardsAsync("stock.counter");
        Assert.Equal(Shards, states.Count);
        Assert.All(states, state => Assert.True(state.Token > 0 && state.Holder == state.Owner));
        Assert.True(states.Select(state => state.Owner).Distinct().Count() > 1);
        for (var store = 0; store < 50; store++)
        {
            // From outside, and from a worker that may own it itself.
            var answer = await _caller.Fan.Get<ICounter>(store).CountAsync();
            Assert.Equal(answer, await _workers["w1"].Fan.Get<ICounter>(store).CountAsync());
            Assert.Contains(states, state => answer == $"{state.Holder} {state.Token}");
        }
    }

    [Fact]
    public async Task Shards_move_under_load_without_a_failed_call_or_two_owners()
    {
        using var stop = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 6).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                var fan = caller % 2 == 0 ? _caller.Fan : _workers["w2"].Fan;
                await fan.Get<ICounter>(Random.Shared.Next(40)).CountAsync();
            }

            return count;
        })).ToList();
        for (var move = 0; move < 100; move++)
        {
            var report = await Changes.MoveShardsAsync(
                "stock.counter", new Dictionary<int, string?> { [move % Shards] = $"w{(move % 3) + 1}" }, Options);
            Assert.Empty(report.Warnings);
            var state = (await Changes.ShardsAsync("stock.counter"))[move % Shards];
            Assert.Equal(($"w{(move % 3) + 1}", true), (state.Holder, state.IsAssigned));
        }

        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(calls)).Sum() > 100);
        Assert.Empty(_served.Violations);
    }

    [Fact]
    public async Task A_worker_that_stops_hands_its_shards_over_without_a_failed_call()
    {
        using var stop = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await _caller.Fan.Get<ICounter>(Random.Shared.Next(40)).CountAsync();
        })).ToList();
        for (var round = 0; round < 6; round++)
        {
            var name = $"w{(round % 3) + 1}";
            await _workers[name].DisposeAsync();
            Assert.DoesNotContain(await Changes.ShardsAsync("stock.counter"), state => state.Holder == name);
            await StartWorkerAsync(name);
        }

        await stop.CancelAsync();
        await Task.WhenAll(calls);
        Assert.Empty(_served.Violations);
    }

    [Fact]
    public async Task A_worker_whose_session_ended_owns_nothing_until_it_has_the_locks_again_and_with_higher_tokens()
    {
        var before = (await Changes.ShardsAsync("stock.counter")).ToDictionary(state => state.Shard, state => state.Token);
        var name = (await Changes.ShardsAsync("stock.counter"))[0].Holder!;
        _workers[name].Store.Expire();
        await SettledAsync();
        Assert.All(await Changes.ShardsAsync("stock.counter"), state => Assert.True(state.Token >= before[state.Shard]));
        Assert.True((await Changes.ShardsAsync("stock.counter"))[0].Token > before[0]);
        for (var store = 0; store < 40; store++) await _caller.Fan.Get<ICounter>(store).CountAsync();
    }

    [Fact]
    public async Task A_new_session_gives_no_right_to_what_an_old_one_held()
    {
        var store = StoreOf(0);
        for (var round = 0; round < 100; round++)
        {
            // It may be between two owners: the one of the round before comes back.
            ShardState state = default;
            await Eventually.TrueAsync(
                async () => (state = (await Changes.ShardsAsync("stock.counter"))[0]).Holder is not null, "somebody holds the shard");
            _workers[state.Holder!].Store.Expire();
            Assert.True(TokenOf(await _caller.Fan.Get<ICounter>(store).CountAsync()) > state.Token);
        }
    }

    [Fact]
    public async Task Another_number_of_shards_takes_over_without_a_failed_call_or_two_owners_of_a_key()
    {
        using var stop = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await _caller.Fan.Get<ICounter>(Random.Shared.Next(40)).CountAsync();
        })).ToList();
        await StartWorkerAsync("w4", Shards * 4);
        await Eventually.TrueAsync(
            async () => await Changes.ShardsAsync("stock.counter") is { Count: Shards * 4 } states
                && states.All(state => state.Holder == "w4"), "the new worker holds all shards of its plan");
        _workers.Remove("w4", out var large);
        await large!.DisposeAsync();
        await SettledAsync();
        await stop.CancelAsync();
        await Task.WhenAll(calls);
        Assert.Empty(_served.Violations);
    }

    [Fact]
    public async Task A_sequence_without_an_end_does_not_keep_a_shard_from_its_new_owner()
    {
        var state = (await Changes.ShardsAsync("stock.counter"))[2];
        await using var items = _caller.Fan.Get<ICounter>(StoreOf(2)).FollowAsync().GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(state.Holder, items.Current);
        var other = state.Holder == "w1" ? "w2" : "w1";
        Assert.Empty((await Changes.MoveShardsAsync("stock.counter", new Dictionary<int, string?> { [2] = other }, Options)).Warnings);
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await items.MoveNextAsync());
        Assert.StartsWith(other, await _caller.Fan.Get<ICounter>(StoreOf(2)).CountAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_its_session_is_not_known_to_be_held_a_worker_serves_no_call()
    {
        var state = (await Changes.ShardsAsync("stock.counter"))[3];
        var store = StoreOf(3);
        var worker = _workers[state.Holder!];
        worker.Store.Disconnect();
        var served = _served.Count;
        using (new CallContext().WithTimeout(TimeSpan.FromMilliseconds(100)).Use())
            await Assert.ThrowsAsync<DeadlineExceededException>(async () => await _caller.Fan.Get<ICounter>(store).CountAsync());
        Assert.Equal(served, _served.Count);
        worker.Store.Reconnect();
        Assert.Equal($"{state.Holder} {state.Token}", await _caller.Fan.Get<ICounter>(store).CountAsync());
    }

    [Fact]
    public async Task One_instance_of_a_unique_service_works_and_another_takes_over()
    {
        var first = await _caller.Fan.Get<ITicker>().TickAsync();
        for (var i = 0; i < 20; i++) Assert.Equal(first, await _workers[$"w{(i % 3) + 1}"].Fan.Get<ITicker>().TickAsync());
        await _workers[first].DisposeAsync();
        var second = await _caller.Fan.Get<ITicker>().TickAsync();
        Assert.NotEqual(first, second);
        await StartWorkerAsync(first);
    }

    [Fact]
    public async Task A_move_that_leaves_a_caller_without_or_moves_nothing_is_refused()
    {
        await using var needy = await TestHost.StartAsync(_tree, _network, "needy", fan => fan.DependsOn<ICounter>("^1.0"));
        _workers["w4"] = await TestHost.StartAsync(_tree, _network, "w4", fan => fan.Configure(options => options.Worker = "w4")
            .AddService<ICounterTwo>(_ => new CounterTwo()).Shard<ICounterTwo>(Shards));
        var move = new Dictionary<int, string?> { [0] = "w4" };
        var left = await Assert.ThrowsAsync<CommitRefusedException>(() => Changes.MoveShardsAsync("stock.counter", move, Options));
        Assert.Equal(
            ["'needy' depends on 'stock.counter' ^1.0, which 2.0.0 of 'w4' does not fit: its calls for that shard would fail."],
            left.Reasons);
        await Changes.MoveShardsAsync("stock.counter", move, Options with { Force = true });
        Assert.Equal("w4", (await Changes.ShardsAsync("stock.counter"))[0].Holder);
        var nothing = await Assert.ThrowsAsync<CommitRefusedException>(() => Changes.MoveShardsAsync("stock.counter", move, Options));
        Assert.Equal(["Nothing would change: shard 0 is assigned to 'w4' already."], nothing.Reasons);

        _workers["w5"] = await TestHost.StartAsync(_tree, _network, "w5", fan => fan.Configure(options => options.Worker = "w5")
            .AddService<ICounterTwo>(_ => new CounterTwo()).Shard<ICounterTwo>(Shards * 2));
        var other = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.MoveShardsAsync("stock.counter", new Dictionary<int, string?> { [1] = "w5" }, Options));
        Assert.Equal(
            ["'w5' divides 'stock.counter' by 'hash:16', and it is divided by 'hash:8': it can't own a shard of that."], other.Reasons);
    }

    [Fact]
    public async Task A_move_to_nobody_or_of_no_shard_is_refused()
    {
        var nobody = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.MoveShardsAsync("stock.counter", new Dictionary<int, string?> { [1] = "w9" }, Options));
        Assert.Equal(["No worker 'w9' serves 'stock.counter'; there is w1, w2, w3."], nobody.Reasons);
        var none = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.MoveShardsAsync("stock.counter", new Dictionary<int, string?> { [99] = "w1" }, Options));
        Assert.Contains("has no shard 99", none.Message, StringComparison.Ordinal);
        var forced = await Changes.MoveShardsAsync(
            "stock.counter", new Dictionary<int, string?> { [1] = "w9" }, Options with { Force = true });
        Assert.Equal(nobody.Reasons, forced.Commit.Overridden);
        await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.MoveShardsAsync("nowhere", new Dictionary<int, string?> { [1] = "w1" }, Options));
    }

    private static int StoreOf(int shard) =>
        Enumerable.Range(0, 1000).First(key => Fan.Sharding.ShardPlan.Hash(Shards).ShardOf($"{key}") == shard);

    private static long TokenOf(string answer) => long.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture);

    private async Task StartWorkerAsync(string name, int shards = Shards) =>
        _workers[name] = await TestHost.StartAsync(_tree, _network, name, fan => fan
            .Configure(options => (options.Worker, options.DrainTimeout) = (name, TimeSpan.FromMilliseconds(500)))
            .AddService<ICounter>(_ => new Counter(name, _served)).Shard<ICounter>(shards)
            .AddService<ITicker>(_ => new Ticker(name)).Unique<ITicker>());

    private Task SettledAsync() => Eventually.TrueAsync(
        async () => await Changes.ShardsAsync("stock.counter") is { Count: Shards } states
            && states.All(state => state.Holder is not null && state.Holder == state.Owner), "every shard is held by its owner");

    private sealed class CounterTwo : ICounterTwo
    {
        public ValueTask<string> CountAsync(CancellationToken ct = default) => new("two");
    }

    private sealed class Ticker(string name) : ITicker
    {
        public ValueTask<string> TickAsync(CancellationToken ct = default) => new(name);
    }

    private sealed class Counter(string worker, ServedShards served) : ICounter
    {
        public async ValueTask<string> CountAsync(CancellationToken ct = default)
        {
            var key = CallContext.Current.ShardKeys[0];
            served.Enter(key, worker, CallContext.Current.FencingToken!.Value);
            await Task.Yield();
            served.Exit(key, worker);
            return $"{worker} {CallContext.Current.FencingToken}";
        }

        public async IAsyncEnumerable<string> FollowAsync([EnumeratorCancellation] CancellationToken ct = default)
        {
            yield return worker;
            await Task.Delay(Timeout.Infinite, ct);
        }
    }

    /// <summary>Who is serving each key at the moment, and whatever was not as it must be.</summary>
    private sealed class ServedShards
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, (string Worker, int Calls)> _active = [];
        private readonly Dictionary<string, long> _tokens = [];

        public ConcurrentQueue<string> Violations { get; } = [];

        public int Count { get; private set; }

        public void Enter(string key, string worker, long token)
        {
            lock (_gate)
            {
                Count++;
                var (owner, calls) = _active.GetValueOrDefault(key, (worker, 0));
                if (calls > 0 && owner != worker) Violations.Enqueue($"{key}: {worker} while {owner} serves");
                if (token < _tokens.GetValueOrDefault(key)) Violations.Enqueue($"{key}: token {token} after {_tokens[key]}");
                _tokens[key] = token;
                _active[key] = (worker, calls + 1);
            }
        }

        public void Exit(string key, string worker)
        {
            lock (_gate) _active[key] = (worker, _active[key].Calls - 1);
        }
    }
}
