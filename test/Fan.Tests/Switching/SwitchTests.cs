using System.Diagnostics;
using System.Text.Json;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Switching;

public sealed class SwitchTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };
    private static readonly ChangeOptions Whole = new() { Author = "tester" };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private TestHost _caller = null!;
    private TillDesk _till = null!;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    public async ValueTask InitializeAsync()
    {
        await StartAsync("ones", fan => fan.AddService<IPriceOne>(_ => new Price("1")).AddService<ITaxOne>(_ => new Price("1")));
        await StartAsync("twos", fan => fan.AddService<IPriceTwo>(_ => new Price("2")).AddService<ITaxTwo>(_ => new Price("2")));
        TestHost till = null!;
        till = await StartAsync("tills", fan => fan.AddService<ITillDesk>(_ => _till = new TillDesk(() => till.Fan)));
        _caller = await StartAsync("caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Fact]
    public async Task When_a_switch_returns_every_new_call_goes_to_the_new_version()
    {
        Assert.Equal("2", await _caller.Fan.WhichAsync("price"));
        for (var round = 0; round < 20; round++)
        {
            var version = round % 2 == 0 ? "1" : "2";
            await Changes.ChangeAsync([RouteChange.To("price", version + ".0.0"), RouteChange.To("tax", version + ".0.0")], Quick);
            foreach (var host in _hosts)
            {
                Assert.Equal((version, version), (await host.Fan.WhichAsync("price"), await host.Fan.WhichAsync("tax")));
            }
        }
    }

    [Fact]
    public async Task A_call_tree_reads_one_snapshot_across_processes()
    {
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0"), RouteChange.To("tax", "1.0.0")], Whole);
        var asking = _caller.Fan.CallAsync<string>("till.ask", default).AsTask();
        await _till.HasAsked.Task;

        var report = await Changes.ChangeAsync(
            [RouteChange.To("price", "2.0.0"), RouteChange.To("tax", "2.0.0")], Whole with { DrainTimeout = TimeSpan.FromMilliseconds(1) });
        Assert.Null(report.Drained);
        Assert.Equal("2", await _caller.Fan.WhichAsync("price"));

        _till.GoOn.SetResult();
        Assert.Equal("1/1 1/1", await asking);
        // Nothing reads the old one any more: the next change finds all settled.
        await Eventually.TrueAsync(
            async () => (await Changes.ApplicationsAsync()).All(application => application.Oldest == report.Commit.Number),
            "the old snapshot is not in use");
    }

    [Fact]
    public async Task The_snapshot_of_a_tree_travels_with_its_calls()
    {
        var first = await Changes.ChangeAsync([RouteChange.To("price", "1.0.0"), RouteChange.To("tax", "1.0.0")], Whole);
        await Changes.ChangeAsync([RouteChange.To("price", "2.0.0"), RouteChange.To("tax", "2.0.0")], Quick);
        _till.GoOn.SetResult();
        using (new CallContext { SnapshotNumber = first.Commit.Number }.Use())
        {
            Assert.Equal("1/1 1/1", await _caller.Fan.CallAsync<string>("till.ask", default));
        }
        Assert.Equal("2/2 2/2", await _caller.Fan.CallAsync<string>("till.ask", default));
    }

    [Fact]
    public async Task A_tree_from_before_is_served_by_an_application_that_starts_after()
    {
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0"), RouteChange.To("tax", "1.0.0")], Whole);
        var old = (await Changes.ReadAsync()).Number;
        await Changes.ChangeAsync([RouteChange.To("price", "2.0.0"), RouteChange.To("tax", "2.0.0")], Quick);
        await Changes.ChangeAsync([RouteChange.To("tax", "1.0.0")], Quick);

        var late = await StartAsync("late", _ => { });
        using (new CallContext { SnapshotNumber = old }.Use()) Assert.Equal("1", await late.Fan.WhichAsync("price"));
        using (new CallContext { SnapshotNumber = old + 1 }.Use())
        {
            Assert.Equal(("2", "2"), (await late.Fan.WhichAsync("price"), await late.Fan.WhichAsync("tax")));
        }
        Assert.Equal(("2", "1"), (await late.Fan.WhichAsync("price"), await late.Fan.WhichAsync("tax")));
        using (new CallContext { SnapshotNumber = 1 }.Use())
            Assert.Equal(1, (await Assert.ThrowsAsync<SnapshotGoneException>(async () => await late.Fan.WhichAsync("price"))).Snapshot);
    }

    [Fact]
    public async Task A_switch_to_what_is_not_there_is_refused_and_changes_nothing()
    {
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        var refused = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.ChangeAsync([RouteChange.To("tax", "1.0.0"), RouteChange.To("price", "3.0.0")], Quick));
        Assert.Equal(["'price' 3.0.0 has no live endpoint; there is 1.0.0, 2.0.0."], refused.Reasons);
        Assert.Equal(("1", "2"), (await _caller.Fan.WhichAsync("price"), await _caller.Fan.WhichAsync("tax")));

        var forced = await Changes.ChangeAsync([RouteChange.To("price", "3.0.0")], Quick with { Force = true });
        Assert.Equal(refused.Reasons, forced.Commit.Overridden);
        Assert.Contains(
            "3.0.0, which has no endpoint",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await _caller.Fan.WhichAsync("price"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_that_leaves_a_hard_dependency_unmet_names_who_has_it()
    {
        await StartAsync("needy", fan => fan.DependsOn<IPriceOne>("^1.0"));
        await StartAsync("soft", fan => fan.Uses<ITaxOne>("^1.0"));
        var refused = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Quick));
        Assert.Equal(["'needy' depends on 'price' ^1.0, which 2.0.0 does not fit."], refused.Reasons);
        var report = await Changes.ChangeAsync([RouteChange.To("tax", "2.0.0")], Quick);
        Assert.Equal(["'soft' uses 'tax' ^1.0, which 2.0.0 does not fit."], report.Warnings);
    }

    [Fact]
    public async Task A_revert_brings_back_what_was_before_unless_it_was_changed_again()
    {
        var first = await Changes.ChangeAsync([RouteChange.To("price", "1.0.0"), RouteChange.To("tax", "1.0.0")], Whole);
        var second = await Changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Whole);
        await Assert.ThrowsAsync<CommitConflictException>(() => Changes.RevertAsync(first.Commit.Number, Whole));

        var revert = await Changes.RevertAsync(second.Commit.Number, Whole);
        Assert.Equal(second.Commit.Number, revert.Commit.Reverts);
        Assert.Equal("1", await _caller.Fan.WhichAsync("price"));
        await Changes.RevertAsync(revert.Commit.Number, Whole);
        Assert.Equal("2", await _caller.Fan.WhichAsync("price"));
        await Assert.ThrowsAsync<ArgumentException>(() => Changes.RevertAsync(99, Whole));
        Assert.Equal([5, 4, 3, 2, 1], (await Changes.LogAsync().ToListAsync()).Select(commit => commit.Number));
    }

    [Fact]
    public async Task Committers_at_the_same_time_are_put_in_order()
    {
        var reports = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => Task.Run(() => _hosts[i % _hosts.Count].Services.GetRequiredService<ISystemChanges>()
                .ChangeAsync([RouteChange.To(i % 2 == 0 ? "price" : "tax", i % 3 == 0 ? "1.0.0" : "2.0.0")], Quick))));
        Assert.Equal(Enumerable.Range(2, 16).Select(number => (long)number), reports.Select(report => report.Commit.Number).Order());
        // Each was made from what the one before it left.
        var values = new Dictionary<string, string?>();
        foreach (var edit in (await Changes.LogAsync().ToListAsync()).OrderBy(commit => commit.Number).SelectMany(commit => commit.Edits))
        {
            Assert.Equal(values.GetValueOrDefault(edit.Path), edit.Before);
            values[edit.Path] = edit.After;
        }
    }

    [Fact]
    public async Task At_a_barrier_new_calls_wait_for_the_commit_and_none_fails()
    {
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        using var stop = new CancellationTokenSource();
        var latest = new string[_hosts.Count];
        var calls = _hosts.Select((host, i) => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) latest[i] = await host.Fan.WhichAsync("price");
        })).ToList();
        for (var round = 0; round < 10; round++)
        {
            var version = round % 2 == 0 ? "2" : "1";
            await Changes.ChangeAsync([RouteChange.To("price", version + ".0.0")], Whole with { Barrier = true });
            await Eventually.TrueAsync(() => latest.All(seen => seen == version), "every caller has gone on");
        }

        await stop.CancelAsync();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Calls_go_on_as_before_when_whoever_wanted_a_barrier_dies()
    {
        var committer = new MemoryCoordinationStore(_tree);
        await committer.OpenAsync();
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        await committer.CommitAsync([new StoreOperation.Create(CommitPath.Barrier, Kind: NodeKind.Ephemeral)]);
        await Eventually.TrueAsync(
            async () => (await Changes.ApplicationsAsync()).All(application => application.Prepared is not null), "all hold");
        var held = _caller.Fan.WhichAsync("price").AsTask();
        Assert.False(held.IsCompleted);
        await Assert.ThrowsAsync<DeadlineExceededException>(
            async () => await _caller.Fan.WhichAsync("price", new CallOptions { Timeout = TimeSpan.FromMilliseconds(20) }));
        await committer.DisposeAsync();
        Assert.Equal("1", await held);
    }

    [Fact]
    public async Task The_time_that_a_call_was_held_is_not_given_to_it_again()
    {
        var cellar = new Cellar();
        await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => cellar));
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        var limit = TimeSpan.FromSeconds(30);
        // Calls that find everything known take no time until they are sent.
        await _caller.Fan.CallAsync<Wine>(
            "cellar.get", JsonSerializer.SerializeToElement(new { id = 7 }), new CallOptions { Timeout = limit });

        var committer = new MemoryCoordinationStore(_tree);
        await committer.OpenAsync();
        await committer.CommitAsync([new StoreOperation.Create(CommitPath.Barrier, Kind: NodeKind.Ephemeral)]);
        await Eventually.TrueAsync(
            async () => (await Changes.ApplicationsAsync()).All(application => application.Prepared is not null), "all hold");
        var since = Stopwatch.GetTimestamp();
        var held = _caller.Fan.CallAsync<Wine>(
            "cellar.get", JsonSerializer.SerializeToElement(new { id = 7 }), new CallOptions { Timeout = limit }).AsTask();
        await Eventually.TrueAsync(() => Stopwatch.GetElapsedTime(since) > TimeSpan.FromMilliseconds(20), "it is held for a while");
        var waited = Stopwatch.GetElapsedTime(since);
        await committer.DisposeAsync();
        await held;
        Assert.True(cellar.Given < limit - waited + TimeSpan.FromMilliseconds(1), $"After {waited} it was given {cellar.Given}.");
    }

    [Fact]
    public async Task A_service_of_this_process_is_called_directly_only_while_the_tree_gives_it_the_calls()
    {
        var both = await StartAsync("both", fan => fan.AddService<IPriceOne>(_ => new Price("1 here")).DependsOn<IPriceOne>("*"));
        var price = both.Fan.Get<IPriceOne>();
        Assert.Equal("1 here", await price.WhichAsync());
        await Changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Whole);
        Assert.Equal("2", await price.WhichAsync());
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Whole);
        Assert.Equal("1 here", await price.WhichAsync());
        await Eventually.TrueAsync(
            () => ((Generated.ServiceProxy<IPriceOne>)price).Target is Price, "the proxy leads to the implementation itself again");
    }

    [Fact]
    public async Task Calls_are_led_to_a_service_of_another_name_and_circles_are_refused()
    {
        await Changes.ChangeAsync([new RouteChange { Service = "tax", Alias = "price" }, RouteChange.To("price", "1.0.0")], Whole);
        Assert.Equal("1", await _caller.Fan.WhichAsync("tax"));
        var refused = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.ChangeAsync([new RouteChange { Service = "price", Alias = "tax" }], Whole));
        Assert.Contains("in a circle: price ▸ tax ▸ price", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_split_divides_call_trees_and_keeps_each_on_one_side()
    {
        await Changes.ChangeAsync(
            [new RouteChange { Service = "price", Versions = new Dictionary<string, int> { ["1.0.0"] = 50, ["2.0.0"] = 50 } }], Whole);
        _till.GoOn.SetResult();
        var seen = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            var prices = (await _caller.Fan.CallAsync<string>("till.ask", default)).Split(' ').Select(pair => pair.Split('/')[0]).ToList();
            Assert.Equal(prices[0], prices[1]);
            seen.Add(prices[0]);
        }

        Assert.Equal(["1", "2"], seen.Order());
        Assert.Equal("1", await _caller.Fan.WhichAsync("price", new CallOptions { Version = "^1" }));
    }

    [Fact]
    public async Task A_caller_may_ask_for_an_active_version_where_the_route_allows_it()
    {
        var route = new RouteChange { Service = "price", Versions = new Dictionary<string, int> { ["1.0.0"] = 100, ["2.0.0"] = 0 } };
        await Changes.ChangeAsync([route], Whole);
        using (Asking("price=2.0.0")) Assert.Equal("1", await _caller.Fan.WhichAsync("price"));
        await Changes.ChangeAsync([route with { AllowsOverride = true }], Whole);
        using (Asking("tax=1.0.0 price=2.0.0")) Assert.Equal("2", await _caller.Fan.WhichAsync("price"));
        Assert.Equal("1", await _caller.Fan.WhichAsync("price"));

        static CallContext.Scope Asking(string what) =>
            new CallContext { Baggage = new Dictionary<string, string> { ["fan-route"] = what } }.Use();
    }

    [Fact]
    public async Task An_application_whose_session_expired_is_in_the_register_again_and_follows()
    {
        var before = (await Changes.ApplicationsAsync()).Count;
        _hosts[0].Store.Expire();
        await Eventually.TrueAsync(
            async () => (await Changes.ApplicationsAsync()).Count == before && _hosts[0].Store.State == SessionState.Connected,
            "it is back");
        await Eventually.TrueAsync(async () => (await _caller.Directory.FindAsync("price")).Count == 2, "its endpoints are back");
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick);
        Assert.Equal("1", await _hosts[0].Fan.WhichAsync("price"));
    }

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}
