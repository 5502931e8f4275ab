using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Fan.Conformance;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Sharding;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Eventually = Fan.Tests.Applications.Eventually;

namespace Fan.Tests.Sharding;

/// <summary>A worker is one process. Of two with one name each shard is with one of them, and everybody is told.</summary>
public sealed class WorkerNameTests : IAsyncLifetime
{
    private const int Shards = 8;

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly WrittenText _log = new();
    private TestHost _caller = null!;

    public async ValueTask InitializeAsync() => _caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Of_two_workers_of_one_name_calls_reach_the_one_that_has_the_lock()
    {
        await using var first = await StartAsync("first", "w");
        await HeldAsync(first, "first");
        await using var second = await StartAsync("second", "w");
        await Eventually.TrueAsync(() => Directory(_caller).Current.All.Count() == 2, "the caller sees both");
        using (new CallContext().WithTimeout(TimeSpan.FromSeconds(20)).Use())
        {
            // Busy ones too: what sends calls away at once has the least in hand.
            var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(key => _caller.Fan.Get<ICounter>(key).CountAsync().AsTask()));
            Assert.All(answers, answer => Assert.Equal("first", answer));
            for (var key = 0; key < 20; key++)
            {
                Assert.Equal("first", await second.Fan.Get<ICounter>(key).CountAsync());
                await foreach (var item in _caller.Fan.Get<ICounter>(key).FollowAsync()) Assert.Equal("first", item);
            }
        }

        await first.StopAsync();
        Assert.Equal("second", await _caller.Fan.Get<ICounter>(1).CountAsync());
    }

    [Fact]
    public async Task Where_the_other_one_can_t_be_reached_the_error_names_both()
    {
        await using var first = await StartAsync("first", "w");
        await HeldAsync(first, "first");
        await using var second = await StartAsync("second", "w");
        await Eventually.TrueAsync(() => Directory(_caller).Current.All.Count() == 2, "the caller sees both");
        _network.Cut(first.Server.Port);
        using (new CallContext().WithTimeout(TimeSpan.FromSeconds(1)).Use())
        {
            var error = await Assert.ThrowsAnyAsync<FanException>(async () => await _caller.Fan.Get<ICounter>(1).CountAsync());
            Assert.Contains("first", error.Message, StringComparison.Ordinal);
            Assert.Contains("second", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_worker_that_is_not_the_only_one_of_its_name_says_so_and_is_degraded_while_it_lasts()
    {
        await using var first = await StartAsync("first", "w");
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(first)).Status);
        await using (var second = await StartAsync("second", "w"))
        {
            await Eventually.TrueAsync(async () => (await HealthAsync(first)).Status == HealthStatus.Degraded
                && (await HealthAsync(second)).Status == HealthStatus.Degraded, "both are degraded");
            Assert.Matches(
                "^'stock.counter' is served as worker 'w' by another process too: second at test:.+$",
                (await HealthAsync(first)).Description!);
            Assert.Matches(
                "^'stock.counter' is served as worker 'w' by another process too: first at test:.+$",
                (await HealthAsync(second)).Description!);
        }

        await Eventually.TrueAsync(async () => (await HealthAsync(first)).Status == HealthStatus.Healthy, "it is the only one again");
        Assert.Equal(2, _log.All.Count(line => line.Contains(
            "'stock.counter' is served as worker 'w' by another process too, and which of them", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_former_process_has_the_time_of_its_session_to_go()
    {
        var clock = new FakeTimeProvider();
        var name = new WorkerName("stock.counter", "w", "one", "own", clock, NullLogger.Instance);
        Assert.Null(name.Look(Set(("w", "own"), ("other", "third")), TimeSpan.FromSeconds(9)));
        Assert.Empty(name.Others);
        Assert.Equal(TimeSpan.FromSeconds(9), name.Look(Set(("w", "own"), ("w", "former")), TimeSpan.FromSeconds(9)));
        Assert.Single(name.Others);
        clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(TimeSpan.FromSeconds(1), name.Look(Set(("w", "own"), ("w", "former")), TimeSpan.FromSeconds(3)));
        Assert.Null(name.Trouble);
        Assert.Null(name.Look(Set(("w", "own")), TimeSpan.FromSeconds(9)));
        clock.Advance(TimeSpan.FromSeconds(8));
        // A session without an end says nothing.
        Assert.Equal(TimeSpan.FromSeconds(5), name.Look(Set(("w", "own"), ("w", "former")), TimeSpan.MaxValue));
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(name.Look(Set(("w", "own"), ("w", "former")), TimeSpan.MaxValue));
        Assert.NotNull(name.Trouble);
    }

    [Fact]
    public async Task A_worker_without_a_name_of_its_own_is_told_that_a_restart_moves_its_shards()
    {
        await using (await StartAsync("first", null)) Assert.Single(Hints());
        await using (await StartAsync("second", "w")) Assert.Single(Hints());
        await using (await TestHost.StartAsync(
            _tree, _network, "third", fan => fan.AddService<ITicker>(_ => new Ticker()).Unique<ITicker>(), _log))
        {
            Assert.Single(Hints());
        }

        IEnumerable<string> Hints() =>
            _log.All.Where(line => line.StartsWith("The shards of stock.counter are owned as worker 'first-", StringComparison.Ordinal));
    }

    private static EndpointSet Set(params (string Worker, string Instance)[] endpoints) =>
        new(endpoints.Select((one, i) => new Endpoint($"/{i}", i, "stock.counter", "1.0.0", new EndpointDescription
        {
            Transport = "http",
            Instance = one.Instance,
            Properties = new Dictionary<string, string> { [ShardOffer.WorkerProperty] = one.Worker },
        }, TimeProvider.System)).ToImmutableDictionary(endpoint => endpoint.Id));

    private static ServiceFollower Directory(TestHost host) => ((EndpointDirectory)host.Directory).Follow("stock.counter");

    private static async Task<HealthReportEntry> HealthAsync(TestHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(
            TestContext.Current.CancellationToken)).Entries["fan"];

    private Task<TestHost> StartAsync(string name, string? worker) =>
        TestHost.StartAsync(
            _tree,
            _network,
            name,
            fan => fan.Configure(options => options.Worker = worker).AddService<ICounter>(_ => new Counter(name)).Shard<ICounter>(Shards),
            _log);

    private Task HeldAsync(TestHost host, string name) => Eventually.TrueAsync(
        async () => await host.Services.GetRequiredService<ISystemChanges>().ShardsAsync("stock.counter") is { Count: Shards } states
            && states.All(state => state.Holder is not null), $"{name} holds all shards");

    private sealed class Counter(string name) : ICounter
    {
        public async ValueTask<string> CountAsync(CancellationToken ct = default)
        {
            await Task.Yield();
            return name;
        }

        public async IAsyncEnumerable<string> FollowAsync([EnumeratorCancellation] CancellationToken ct = default)
        {
            await Task.Yield();
            yield return name;
        }
    }

    private sealed class Ticker : ITicker
    {
        public ValueTask<string> TickAsync(CancellationToken ct = default) => new("");
    }
}
