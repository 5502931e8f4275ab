using Fan.Applications;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Tests.Switching;

public sealed class ChangeSafetyTests : IAsyncLifetime
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
        await StartAsync("taxes", fan => fan.AddService<ITaxTwo>(_ => new Price("2")));
        _caller = await StartAsync("caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_refused_first_change_leaves_no_trace()
    {
        await Assert.ThrowsAsync<CommitRefusedException>(() => Changes.ChangeAsync([RouteChange.To("price", "9.0.0")], Quick));
        Assert.Null(await _caller.Store.GetAsync(CommitPath.Head));
        Assert.Null(await _caller.Store.GetAsync(CommitPath.Commits));
    }

    [Fact]
    public async Task Dependents_are_judged_by_the_versions_of_the_service_that_their_calls_are_led_to()
    {
        await StartAsync("needy", fan => fan.DependsOn<IPriceOne>("^1.0"));
        var alias = new RouteChange { Service = "price", Alias = "tax" };
        var refused = await Assert.ThrowsAsync<CommitRefusedException>(() => Changes.ChangeAsync([alias], Quick));
        Assert.Equal(["'needy' depends on 'price' ^1.0, which 2.0.0 of 'tax' does not fit."], refused.Reasons);

        // As much when it is the other service's route that changes.
        await StartAsync("old taxes", fan => fan.AddService<ITaxOne>(_ => new Price("1")));
        await Changes.ChangeAsync([alias, RouteChange.To("tax", "1.0.0")], Quick);
        refused = await Assert.ThrowsAsync<CommitRefusedException>(() => Changes.ChangeAsync([RouteChange.To("tax", "2.0.0")], Quick));
        Assert.Equal(["'needy' depends on 'price' ^1.0, which 2.0.0 of 'tax' does not fit."], refused.Reasons);
    }

    [Fact]
    public async Task Behind_a_proxy_dependents_are_judged_by_the_service_that_it_stands_before()
    {
        await StartAsync(
            "proxies",
            fan => fan.AddProxy("price_proxy", "price", (call, ct) => call.ForwardAsync(null, ct), options => options.Version = "7.0.0"));
        await StartAsync("needy", fan => fan.DependsOn<IPriceOne>("^1.0"));
        await Changes.ChangeAsync([new RouteChange { Service = "price", Alias = "price_proxy" }], Quick);
        var refused = await Assert.ThrowsAsync<CommitRefusedException>(
            () => Changes.ChangeAsync([new RouteChange { Service = "tax", Alias = "price_proxy" }], Quick));
        Assert.Contains("stands before 'price' and takes no calls of 'tax'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_a_running_caller_can_t_call_in_part_is_a_warning()
    {
        await StartAsync("quotes", fan => fan.AddService<IQuoteOne>(_ => new Quote()));
        await StartAsync("new quotes", fan => fan.AddService<IQuoteTwo>(_ => new Quote()));
        await StartAsync("needy", fan => fan.DependsOn<IQuoteOne>("^1.0"));
        await StartAsync("modern", fan => fan.Uses<IQuoteTwo>("*"));
        var report = await Changes.ChangeAsync([RouteChange.To("quote", "1.1.0")], Quick);
        Assert.Equal(
            ["'needy' was built with 'quote' 1.0.0 and can't call all of 1.1.0: ask (id is int in 1.0.0 and string in 1.1.0); " +
                "it has no method forget."],
            report.Warnings);
        // Both ways: what the new one was built with has no endpoint any more once the old one is alone.
        Assert.DoesNotContain(
            (await Changes.ChangeAsync([RouteChange.To("quote", "1.0.0")], Quick)).Warnings,
            warning => warning.Contains("'needy'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_record_says_of_a_need_what_is_so_now()
    {
        var needy = await StartAsync("needy", fan => fan.DependsOn<ITillDesk>("*"));
        Assert.False((await NeedAsync()).IsMet);
        var tills = await StartAsync("tills", fan => fan.AddService<ITillDesk>(_ => new TillDesk(() => needy.Fan)));
        await Eventually.TrueAsync(async () => (await NeedAsync()).IsMet, "the record says that it is met");
        await tills.StopAsync();
        await Eventually.TrueAsync(async () => !(await NeedAsync()).IsMet, "the record says that it is not met any more");

        async Task<DeclaredNeed> NeedAsync() =>
            (await Changes.ApplicationsAsync()).Single(application => application.Application == "needy").Needs.Single();
    }

    [Fact]
    public async Task Calls_that_were_held_too_long_go_on_only_when_the_record_says_so()
    {
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writes = 0;
        GatedStore store = null!;
        var patient = await StartAsync("patient", fan =>
        {
            fan.Services.AddSingleton<TimeProvider>(clock);
            fan.UseStore(_ => store = new GatedStore(new MemoryCoordinationStore(_tree)));
        });
        var committer = new MemoryCoordinationStore(_tree);
        await committer.OpenAsync(TestContext.Current.CancellationToken);
        await using var ending = committer;
        await committer.CommitAsync(
            [new StoreOperation.Create(CommitPath.Barrier, Kind: NodeKind.Ephemeral)], TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await RecordAsync()).Prepared is { Length: > 0 }, "it holds");
        var history = patient.Services.GetRequiredService<FanApplication>().Trees.History;

        store.Hold = (operation, _) =>
        {
            if (!operation.Path.StartsWith(CommitPath.Applications, StringComparison.Ordinal)) return Task.CompletedTask;
            Interlocked.Increment(ref writes);
            return stored.Task;
        };
        clock.Advance(TimeSpan.FromSeconds(31));
        // The committer still reads that it holds.
        Assert.NotEqual("", (await RecordAsync()).Prepared);
        Assert.True(history.IsHeld);
        stored.SetResult();
        await Eventually.TrueAsync(() => !history.IsHeld, "calls go on");
        Assert.Equal("", (await RecordAsync()).Prepared);

        await committer.CommitAsync([new StoreOperation.Delete(CommitPath.Barrier)], TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await RecordAsync()).Prepared is null, "the barrier has gone");
        // That it gave up, and that it holds nothing: what is said once is not said again and again.
        Assert.InRange(writes, 2, 4);

        async Task<ApplicationRecord> RecordAsync() =>
            (await Changes.ApplicationsAsync()).Single(application => application.Application == "patient");
    }

    [Fact]
    public async Task What_is_no_commit_is_named_with_its_node()
    {
        await Changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick);
        await _caller.Store.CommitAsync(
            [new StoreOperation.Set(CommitPath.OfCommit(1), "garbage"u8.ToArray())], TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<MalformedNodeException>(async () =>
        {
            await foreach (var commit in Changes.LogAsync(TestContext.Current.CancellationToken)) Assert.True(commit.Number > 1);
        });
        Assert.Equal(CommitPath.OfCommit(1), error.Path);
    }

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}

[Service("quote", Version = "1.0.0")]
public interface IQuoteOne
{
    ValueTask<string> AskAsync(int id, CancellationToken ct = default);

    ValueTask<string> TellAsync(int id, CancellationToken ct = default);

    ValueTask ForgetAsync(CancellationToken ct = default);
}

[Service("quote", Version = "1.1.0")]
public interface IQuoteTwo
{
    ValueTask<string> AskAsync(string id, CancellationToken ct = default);

    ValueTask<string> TellAsync(int id, string? to = null, CancellationToken ct = default);
}

internal sealed class Quote : IQuoteOne, IQuoteTwo
{
    public ValueTask<string> AskAsync(int id, CancellationToken ct = default) => new("by number");

    public ValueTask<string> AskAsync(string id, CancellationToken ct = default) => new("by name");

    public ValueTask<string> TellAsync(int id, CancellationToken ct = default) => new("nobody");

    public ValueTask<string> TellAsync(int id, string? to = null, CancellationToken ct = default) => new(to ?? "nobody");

    public ValueTask ForgetAsync(CancellationToken ct = default) => default;
}
