using System.Collections.Concurrent;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Sharding;

[Service("depot[customer].stock", Version = "1.0.0")]
public interface IDepot
{
    ValueTask<string> CountAsync(CancellationToken ct = default);

    ValueTask<IReadOnlyDictionary<string, string>> CountAllAsync(IReadOnlyList<string> customers, CancellationToken ct = default);
}

public sealed class ListedKeyTests : IAsyncLifetime
{
    private const int Shards = 8;

    private static readonly ChangeOptions Options = new() { Author = "tester" };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private readonly Watcher _watcher = new();
    private TestHost _caller = null!;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    public async ValueTask InitializeAsync()
    {
        _caller = await StartAsync("caller", _ => { });
        foreach (var name in new[] { "w1", "w2", "w3" })
        {
            await StartAsync(name, fan => fan.Configure(options => options.Worker = name).AddService<IDepot>(_ => new Depot(
                name, _watcher)).ShardByDirectory<IDepot>(Shards));
        }
        await Eventually.TrueAsync(async () => await Changes.ShardsAsync("depot.stock") is { Count: Shards } states
            && states.All(state => state.Holder is not null && state.Holder == state.Owner), "every shard is held by its owner");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_listed_key_is_served_by_the_owner_of_its_shard_until_it_is_taken_off_the_list()
    {
        var before = await HolderOfAsync("acme");
        var states = await Changes.ShardsAsync("depot.stock");
        var other = states.First(state => state.Holder != before);
        var report = await Changes.AssignKeysAsync("depot.stock", new Dictionary<string, int?> { ["acme"] = other.Shard }, Options);
        Assert.Empty(report.Warnings);
        Assert.Equal(other.Holder, await HolderOfAsync("acme"));
        Assert.Equal("""{"keys":{"acme":""" + other.Shard + "}}", report.Commit.Edits.Single().After);

        // A change of calls leaves the list alone, and moves of shards move its keys.
        await Changes.ChangeAsync([RouteChange.To("depot.stock", "1.0.0")], Options);
        var third = new[] { "w1", "w2", "w3" }.First(name => name != other.Holder && name != before);
        await Changes.MoveShardsAsync("depot.stock", new Dictionary<int, string?> { [other.Shard] = third }, Options);
        Assert.Equal(third, await HolderOfAsync("acme"));

        await Changes.RevertAsync(
            (await Changes.AssignKeysAsync("depot.stock", new Dictionary<string, int?> { ["acme"] = null }, Options)).Commit.Number,
            Options);
        Assert.Equal(third, await HolderOfAsync("acme"));
        await Changes.AssignKeysAsync("depot.stock", new Dictionary<string, int?> { ["acme"] = null }, Options);
        Assert.Equal(before, await HolderOfAsync("acme"));
    }

    [Fact]
    public async Task A_key_that_no_call_can_have_or_that_changes_nothing_is_refused()
    {
        async Task<string> RefusedAsync(string key, int? shard) =>
            Assert.Single(
                (await Assert.ThrowsAsync<CommitRefusedException>(
                    () => Changes.AssignKeysAsync("depot.stock", new Dictionary<string, int?> { [key] = shard }, Options))).Reasons);

        Assert.Equal(
            "'north,acme' has 2 keys, and 'depot[customer].stock' takes 1 (customer): no call would match it. " +
            "Write a comma between keys, and %2C where a key has one.",
            await RefusedAsync("north,acme", 1));
        Assert.Equal("Nothing would change: 'acme' is not listed already.", await RefusedAsync("acme", null));
        Assert.StartsWith("'' is no shard key: it must have 1 to 256 characters", await RefusedAsync("", 1), StringComparison.Ordinal);
        var holder = (await Changes.ShardsAsync("depot.stock"))[5].Holder;
        await Changes.AssignKeysAsync("depot.stock", new Dictionary<string, int?> { ["a%2Cb[é]"] = 5 }, Options);
        Assert.Equal(holder, await HolderOfAsync("a,b[é]"));
        Assert.Equal("Nothing would change: 'a%2Cb%5B%C3%A9%5D' is in shard 5 already.", await RefusedAsync("a%2Cb[é]", 5));
    }

    [Fact]
    public async Task Keys_change_shards_under_load_without_a_failed_call_two_owners_or_a_lower_token()
    {
        using var stop = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 6).Select(caller => Task.Run(async () =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                await _hosts[caller % 2].Fan.Get<IDepot>($"c{Random.Shared.Next(10)}").CountAsync();
            }
            return count;
        })).ToList();
        for (var round = 0; round < 30; round++)
        {
            Assert.Empty(
                (await Changes.AssignKeysAsync(
                    "depot.stock",
                    new Dictionary<string, int?> { [$"c{round % 10}"] = round >= 10 && round % 7 == 0 ? null : (round * 3) % Shards },
                    Options)).Warnings);
        }
        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(calls)).Sum() > 100);
        Assert.Empty(_watcher.Violations);
    }

    [Fact]
    public async Task What_can_not_be_listed_is_refused()
    {
        var refused = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.AssignKeysAsync("depot.stock", new Dictionary<string, int?> { ["acme"] = Shards }, Options));
        Assert.Equal(["'depot.stock' has no shard 8; it has 0 to 7."], refused.Reasons);
        await StartAsync("hashed", fan => fan.AddService<IDrawerOf>(_ => new DrawerOf()).Shard<IDrawerOf>(4));
        refused = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.AssignKeysAsync("drawer_of", new Dictionary<string, int?> { ["acme"] = 1 }, Options));
        Assert.Contains("divide by 'hash:4'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_call_for_each_shard_brings_the_results_of_all_its_keys_and_a_failed_one_takes_no_other_with_it()
    {
        var keys = Enumerable.Range(0, 60).Select(number => $"k{number}").ToList();
        var gathered = await _caller.Fan.GatherAsync(
            keys, (IDepot depot, IReadOnlyList<string> some, CancellationToken ct) => depot.CountAllAsync(some, ct));
        Assert.True(gathered.IsComplete);
        Assert.Equal(keys.Order(StringComparer.Ordinal), gathered.Results.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(_watcher.ListCalls, 2, Shards);
        foreach (var key in keys) Assert.Equal(await HolderOfAsync(key), gathered.Results[key]);

        _watcher.Broken = "k7";
        gathered = await _caller.Fan.GatherAsync(
            keys, (IDepot depot, IReadOnlyList<string> some, CancellationToken ct) => depot.CountAllAsync(some, ct));
        Assert.Contains("k7", gathered.Errors.Keys);
        Assert.True(gathered.Results.Count > 0 && gathered.Errors.Count < keys.Count);
        Assert.All(gathered.Errors.Values, error => Assert.IsType<ServiceFaultException>(error));
    }

    private async Task<string> HolderOfAsync(string customer) => (await _caller.Fan.Get<IDepot>(customer).CountAsync()).Split(' ')[0];

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }

    private sealed class DrawerOf : IDrawerOf
    {
        public ValueTask<int> OpenAsync(CancellationToken ct = default) => new(1);
    }

    private sealed class Watcher
    {
        private readonly Dictionary<string, (string Worker, int Calls, long Token)> _active = [];

        public ConcurrentQueue<string> Violations { get; } = [];

        public int ListCalls { get; set; }

        public string? Broken { get; set; }

        public void Enter(string key, string worker, long token)
        {
            lock (_active)
            {
                var (owner, calls, last) = _active.GetValueOrDefault(key, (worker, 0, 0));
                if (calls > 0 && owner != worker) Violations.Enqueue($"{key}: {worker} while {owner} serves");
                if (token < last) Violations.Enqueue($"{key}: token {token} after {last}");
                _active[key] = (worker, calls + 1, token);
            }
        }

        public void Exit(string key, string worker)
        {
            lock (_active) _active[key] = _active[key] with { Worker = worker, Calls = _active[key].Calls - 1 };
        }
    }

    private sealed class Depot(string worker, Watcher watcher) : IDepot
    {
        public async ValueTask<string> CountAsync(CancellationToken ct = default)
        {
            var (key, token) = (CallContext.Current.ShardKeys[0], CallContext.Current.FencingToken!.Value);
            watcher.Enter(key, worker, token);
            await Task.Yield();
            watcher.Exit(key, worker);
            return $"{worker} {token}";
        }

        public ValueTask<IReadOnlyDictionary<string, string>> CountAllAsync(IReadOnlyList<string> customers, CancellationToken ct = default)
        {
            lock (watcher) watcher.ListCalls++;
            if (customers.Contains(watcher.Broken)) throw new ServiceFaultException("broken", "as asked");
            return new(customers.ToDictionary(customer => customer, _ => worker));
        }
    }
}

[Service("drawer_of[customer]")]
public interface IDrawerOf
{
    ValueTask<int> OpenAsync(CancellationToken ct = default);
}
