using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Proxies;

/// <summary>What waits for a proxy that has gone, until a commit takes it out.</summary>
public sealed class ProxyGoneTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.FromSeconds(20) };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private TestHost _caller = null!;
    private TestHost _proxies = null!;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    private IWinesOne Client => _caller.Fan.Get<IWinesOne>();

    public async ValueTask InitializeAsync()
    {
        await StartAsync("ones", fan => fan.AddService<IWinesOne>(_ => new Wines("one")));
        _proxies = await StartAsync("proxies", fan => fan.AddProxy("proxy", "wines", (call, ct) => call.ForwardAsync(null, ct)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_that_wait_for_it_go_on_when_a_commit_takes_it_out(bool isHosted)
    {
        await CallerAsync(isHosted);
        await GoneAsync();
        using var unlimited = CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Use();
        var calling = Client.FindAsync(1).AsTask();
        var counting = CountAsync();
        var pushing = Client.ChangedAsync(2).AsTask();
        Assert.False(calling.IsCompleted || counting.IsCompleted);

        // They are no more of the calls from before, so the switch need not wait for them.
        Assert.NotNull((await OutAsync()).Drained);
        Assert.Equal(
            isHosted ? "own:1" : "one:1", await calling.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal([1, 2, 3], await counting.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        await pushing.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tree_that_made_calls_stays_on_its_side_and_is_told(bool isHosted)
    {
        await CallerAsync(isHosted);
        using var unlimited = CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Use();
        using var tree = await _caller.Fan.BeginTreeAsync();
        using (tree.Use())
        {
            Assert.Equal(isHosted ? "own:1" : "one:1", await Client.FindAsync(1));
            await GoneAsync();
            var calling = Client.FindAsync(2).AsTask();
            var counting = CountAsync();
            await OutAsync(TimeSpan.Zero);
            var gone = await Assert.ThrowsAsync<SnapshotGoneException>(() => calling.WaitAsync(TimeSpan.FromSeconds(20)));
            Assert.Equal(tree.Snapshot, gone.Snapshot);
            Assert.Contains($"commit {gone.Newest} leads the calls of 'wines' elsewhere", gone.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<SnapshotGoneException>(() => counting.WaitAsync(TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task Work_that_may_be_done_twice_begins_again()
    {
        await CallerAsync(isHosted: false);
        using var unlimited = CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Use();
        var attempts = 0;
        var first = new TaskCompletionSource();
        var working = _caller.Fan.RunTreeAsync(async token =>
        {
            if (++attempts == 1)
            {
                await Client.FindAsync(1, token);
                await GoneAsync();
                first.SetResult();
            }

            return await Client.FindAsync(2, token);
        }, isIdempotent: true, TestContext.Current.CancellationToken);
        await first.Task;
        await OutAsync(TimeSpan.Zero);
        Assert.Equal("one:2", await working.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task What_a_later_commit_has_not_taken_away_is_waited_for()
    {
        await CallerAsync(isHosted: false);
        using var unlimited = CallContext.Current.WithTimeout(Timeout.InfiniteTimeSpan).Use();
        using var tree = await _caller.Fan.BeginTreeAsync();
        using var current = tree.Use();
        await GoneAsync();
        var calling = Client.FindAsync(1).AsTask();
        await Changes.ChangeAsync([RouteChange.To("another", "1.0.0")], Quick with { Force = true, DrainTimeout = TimeSpan.Zero });
        Assert.False(calling.IsCompleted);
        await StartAsync("new proxies", fan => fan.AddProxy("proxy", "wines", (call, ct) => call.ForwardAsync(null, ct)));
        Assert.Equal("one:1", await calling.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    private async Task<List<int>> CountAsync()
    {
        var items = new List<int>();
        await foreach (var item in Client.CountAsync(3)) items.Add(item);
        return items;
    }

    [Fact]
    public async Task A_call_does_not_fail_as_the_news_of_a_commit_came_before_the_news_of_whom_it_names()
    {
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reads = Task.CompletedTask;
        _caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { }, wrap: store => new Coordination.InterruptedStore(store)
        {
            BeforeRead = path => path.StartsWith("/endpoints/proxy", StringComparison.Ordinal)
                ? Volatile.Read(ref reads)
                : Task.CompletedTask,
        });
        _hosts.Add(_caller);
        await Changes.ChangeAsync([new RouteChange { Service = "wines", Alias = "proxy" }], Quick);
        Assert.Equal("one:1", await Client.FindAsync(1));
        await OutAsync();
        await GoneAsync();

        Volatile.Write(ref reads, late.Task);
        await StartAsync("new proxies", fan => fan.AddProxy("proxy", "wines", (call, ct) => call.ForwardAsync(null, ct)));
        var changes = _hosts[0].Services.GetRequiredService<ISystemChanges>();
        await changes.ChangeAsync([new RouteChange { Service = "wines", Alias = "proxy" }], Quick with { DrainTimeout = TimeSpan.Zero });
        var calling = Client.FindAsync(2).AsTask();
        Assert.False(calling.IsCompleted);
        late.SetResult();
        Assert.Equal("one:2", await calling);
    }

    private async Task CallerAsync(bool isHosted)
    {
        _caller = await StartAsync("caller", fan =>
        {
            fan.DependsOn<IWinesOne>("^1");
            if (isHosted) fan.AddService<IWinesOne>(_ => new Wines("own"));
        });
        if (isHosted) await _hosts[0].StopAsync();
        await Changes.ChangeAsync([new RouteChange { Service = "wines", Alias = "proxy" }], Quick);
    }

    private async Task GoneAsync()
    {
        await _proxies.StopAsync();
        await Eventually.TrueAsync(async () => (await _caller.Directory.FindAsync("proxy")).Count == 0, "the proxy has gone");
    }

    private Task<ChangeReport> OutAsync(TimeSpan? drain = null) =>
        Changes.ChangeAsync([RouteChange.To("wines", "1.0.0")], Quick with { DrainTimeout = drain ?? Quick.DrainTimeout });

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}
