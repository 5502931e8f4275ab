using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Switching;

public sealed class CallTreeTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private TestHost _caller = null!;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    public async ValueTask InitializeAsync()
    {
        await StartAsync("ones", fan => fan.AddService<IPriceOne>(_ => new Price("1")));
        await StartAsync("twos", fan => fan.AddService<IPriceTwo>(_ => new Price("2")));
        // It has a version itself, so that calls within the process must look too.
        _caller = await StartAsync("caller", fan => fan.AddService<ITaxOne>(_ => new Price("1")).DependsOn<ITaxOne>("*"));
        await StartAsync("taxes", fan => fan.AddService<ITaxTwo>(_ => new Price("2")));
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0"), RouteChange.To("tax", "1.0.0")], Quick);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Fact]
    public async Task Calls_of_one_piece_of_code_are_on_one_side_of_a_switch_that_comes_between_them()
    {
        var seen = await _caller.Fan.RunTreeAsync(async _ =>
        {
            var before = await BothAsync();
            Assert.Null((await SwitchAsync(TimeSpan.FromMilliseconds(1))).Drained);
            return $"{before} {await BothAsync()}";
        });
        Assert.Equal("1/1 1/1", seen);
        Assert.Equal("2/2", await BothAsync());
        // It has ended, and a switch sees that.
        Assert.NotNull((await Changes.ChangeAsync(
            [RouteChange.To("price", "1.0.0")], Quick with { DrainTimeout = TimeSpan.FromSeconds(20) })).Drained);
    }

    [Fact]
    public async Task A_tree_may_be_held_open_by_hand()
    {
        var tree = await _caller.Fan.BeginTreeAsync();
        using (tree.Use()) Assert.Equal("1/1", await BothAsync());
        await SwitchAsync(TimeSpan.Zero);
        Assert.Equal("2/2", await BothAsync());
        using (tree.Use()) Assert.Equal("1/1", await BothAsync());
        tree.Dispose();
        tree.Dispose();
        await Eventually.TrueAsync(
            async () => (await Changes.ApplicationsAsync()).All(application => application.Oldest > tree.Snapshot),
            "nothing reads the old snapshot");
    }

    [Fact]
    public async Task What_may_be_done_twice_is_begun_again_when_its_snapshot_has_gone()
    {
        var attempts = new List<long>();
        async Task<int> WorkAsync(CancellationToken ct)
        {
            attempts.Add(CallContext.Current.Snapshot!.Value);
            if (attempts.Count == 1)
            {
                var report = await SwitchAsync(TimeSpan.Zero);
                throw new SnapshotGoneException(attempts[0], report.Commit.Number);
            }

            return attempts.Count;
        }

        Assert.Equal(2, await _caller.Fan.RunTreeAsync(WorkAsync, isIdempotent: true));
        Assert.Equal(attempts[0] + 1, attempts[1]);
        attempts.Clear();
        await Assert.ThrowsAsync<SnapshotGoneException>(() => _caller.Fan.RunTreeAsync(WorkAsync));
        Assert.Single(attempts);
        attempts.Clear();
        // Within another tree it is a part of that.
        await Assert.ThrowsAsync<SnapshotGoneException>(
            () => _caller.Fan.RunTreeAsync(ct => _caller.Fan.RunTreeAsync(WorkAsync, isIdempotent: true, cancellationToken: ct)));
        Assert.Single(attempts);
    }

    private async Task<string> BothAsync() => $"{await _caller.Fan.WhichAsync("price")}/{await _caller.Fan.Get<ITaxOne>().WhichAsync()}";

    private Task<ChangeReport> SwitchAsync(TimeSpan drain) =>
        Changes.ChangeAsync([RouteChange.To("price", "2.0.0"), RouteChange.To("tax", "2.0.0")], Quick with { DrainTimeout = drain });

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}
