using System.Collections.Concurrent;
using System.Diagnostics;
using Fan.Conformance.Histories;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Conformance.Sharding;

/// <summary>
/// Workers with shards and a unique service in processes of their own, called without a pause while they are killed, stopped and put to
/// sleep. A store's tests derive from it.
/// </summary>
public abstract class ShardFaultConformance : IAsyncLifetime
{
    private static readonly ChangeOptions Options = new() { Author = "tester" };

    private readonly string _folder = Directory.CreateTempSubdirectory("fan-shards-").FullName;
    private readonly Dictionary<string, ChildProcess> _workers = [];
    private readonly ConcurrentQueue<MadeCall> _made = new();
    private readonly List<FaultWindow> _faults = [];
    private readonly List<WorkerPause> _pauses = [];
    private IHost _host = null!;
    private string _url = null!;

    private IFan Fan => _host.Services.GetRequiredService<IFan>();

    private ISystemChanges Changes => _host.Services.GetRequiredService<ISystemChanges>();

    public async ValueTask InitializeAsync()
    {
        _url = await OpenStoreAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        Configure(builder.Services.AddFan(options => options.Name = "caller").UseStore(_url));
        _host = builder.Build();
        await _host.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        foreach (var worker in _workers.Values) worker.Dispose();
        await CloseStoreAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("ipc")]
    public async Task Killed_workers_have_successors_with_higher_tokens_and_fail_no_call_but_those_that_they_had(string route)
    {
        await StartAsync(route);
        await using (var callers = new ShardCallers(Fan, _made))
        {
            for (var round = 0; round < 3; round++)
            {
                await callers.GoOnAsync();
                var name = round == 0 ? (await Changes.ShardsAsync("wall.clock"))[0].Holder! : $"w{round}";
                var from = Stopwatch.GetTimestamp();
                _workers[name].Kill();
                await _workers[name].ExitAsync();
                // What was in flight on it has broken off by now.
                _faults.Add(new FaultWindow(from, Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2)));
                if (round < 2) await StartAsync(route, name);
                await SettledAsync();
            }

            await callers.GoOnAsync();
        }

        Holds();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("ipc")]
    public async Task Workers_that_are_replaced_one_after_the_other_fail_no_call_and_are_never_two(string route)
    {
        await StartAsync(route);
        await using (var callers = new ShardCallers(Fan, _made))
        {
            foreach (var name in _workers.Keys.ToList())
            {
                await callers.GoOnAsync();
                _workers[name].Terminate();
                await _workers[name].WaitForAsync("ended");
                Assert.Equal(0, await _workers[name].ExitAsync());
                Assert.DoesNotContain(await Changes.ShardsAsync("stock.counter"), shard => shard.Holder == name);
                await StartAsync(route, name);
            }

            await SettledAsync();
            await callers.GoOnAsync();
        }

        Holds();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("ipc")]
    public async Task A_worker_that_slept_past_its_session_serves_no_call_that_waited_for_it(string route)
    {
        await StartAsync(route);
        await using (var callers = new ShardCallers(Fan, _made)) await callers.GoOnAsync();
        var name = (await Changes.ShardsAsync("wall.clock"))[0].Holder!;
        var stores = (await Changes.ShardsAsync("stock.counter")).Where(shard => shard.Holder == name)
            .Select(shard => shard.Shard * 10)
            .Append(RecordedServices.Stores).ToList();
        Assert.True(stores.Count > 1);

        _workers[name].Pause();
        // Now, and not before: what it began until then it has in hand.
        _pauses.Add(new WorkerPause(name, Stopwatch.GetTimestamp()));
        // Sent to it, as nobody knows yet that it sleeps; they stand at its door when it wakes up.
        var waiting = stores.SelectMany(store => Enumerable.Range(0, 5).Select(_ => ShardCallers.CallAsync(Fan, store, _made))).ToList();
        await Eventually.TrueAsync(
            async () => (await ShardsAsync()).All(shard => shard.Holder is not null && shard.Holder != name),
            "others own what the sleeping worker did");
        var others = new List<string?>();
        foreach (var store in stores) others.Add(await ShardCallers.CallAsync(Fan, store, _made));
        Assert.DoesNotContain(others, answer => answer!.StartsWith(name, StringComparison.Ordinal));
        Assert.Contains(waiting, call => !call.IsCompleted);

        await using (var callers = new ShardCallers(Fan, _made))
        {
            _workers[name].Resume();
            await Task.WhenAll(waiting).WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(
                async () => (await Changes.ShardsAsync("stock.counter")).Any(shard => shard.Holder == name),
                "the worker that woke up owns shards again");
            await SettledAsync();
            await callers.GoOnAsync();
        }

        Holds();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("ipc")]
    public async Task A_worker_that_slept_past_its_session_serves_not_one_call_of_a_strict_service_by_what_it_knew_before(string route)
    {
        await StartAsync(route);
        await Changes.ChangeAsync([RouteChange.To("price.list", "1.0.0")], Options);
        var prices = Fan.Get<IPriceList>();
        for (var call = 0; call < 50; call++) await prices.QuoteAsync();

        _workers["w1"].Pause();
        // Sent to it as well, as nobody knows yet that it sleeps; they stand at its door when it wakes up.
        var waiting = Enumerable.Range(0, 60).Select(_ => prices.QuoteAsync().AsTask()).ToList();
        await Eventually.TrueAsync(
            async () => (await Changes.ApplicationsAsync()).Count(application => application.Application == "worker") == 2,
            "its session has ended");
        var behindItsBack = (await Changes.ChangeAsync(
            [RouteChange.To("stock.counter", "1.0.0")], Options with { DrainTimeout = TimeSpan.Zero })).Commit.Number;
        Assert.Contains(waiting, call => !call.IsCompleted);
        _workers["w1"].Resume();

        var answers = (await Task.WhenAll(waiting).WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken)).ToList();
        await Eventually.TrueAsync(async () =>
        {
            answers.Add(await prices.QuoteAsync());
            return answers[^1].StartsWith("w1 ", StringComparison.Ordinal);
        }, "the worker that woke up serves again");
        Assert.All(
            answers.Where(answer => answer.StartsWith("w1 ", StringComparison.Ordinal)),
            answer => Assert.True(long.Parse(answer[3..], System.Globalization.CultureInfo.InvariantCulture) >= behindItsBack, answer));
    }

    [Fact]
    public async Task Shards_move_between_processes_under_load_without_a_failed_call_or_two_owners()
    {
        await StartAsync("ipc");
        await using (var callers = new ShardCallers(Fan, _made))
        {
            for (var move = 0; move < 24; move++)
            {
                var (shard, to) = (move % RecordedServices.Shards, $"w{(move % 3) + 1}");
                Assert.Empty(
                    (await Changes.MoveShardsAsync("stock.counter", new Dictionary<int, string?> { [shard] = to }, Options)).Warnings);
                Assert.Equal(to, (await Changes.ShardsAsync("stock.counter"))[shard].Holder);
            }

            await callers.GoOnAsync();
        }

        Holds();
    }

    /// <summary>Prepares a store whose sessions are short; its URL.</summary>
    protected abstract Task<string> OpenStoreAsync();

    /// <summary>Adds the kind of store and both routes to the caller.</summary>
    protected abstract void Configure(FanBuilder fan);

    protected virtual ValueTask CloseStoreAsync() => default;

    private async Task StartAsync(string route)
    {
        foreach (var name in new[] { "w1", "w2", "w3" }) await StartAsync(route, name);
        await SettledAsync();
    }

    private async Task StartAsync(string route, string name)
    {
        if (_workers.Remove(name, out var former)) former.Dispose();
        _workers[name] = ChildProcess.Start("Fan.Sharding.Worker", _url, route, name, Path.Combine(_folder, name));
        await _workers[name].WaitForAsync("ready");
    }

    private Task SettledAsync() =>
        Eventually.TrueAsync(
            async () => (await ShardsAsync()).All(shard => shard.Holder is not null && shard.Holder == shard.Owner),
            "every shard is held by its owner");

    private async Task<IReadOnlyList<ShardState>> ShardsAsync()
    {
        IReadOnlyList<ShardState> all = [.. await Changes.ShardsAsync("stock.counter"), .. await Changes.ShardsAsync("wall.clock")];
        Assert.InRange(all.Count, 0, RecordedServices.Shards + 1);
        return all.Count == RecordedServices.Shards + 1 ? all : [new ShardState(0, null, null, 0, false)];
    }

    private void Holds()
    {
        var served = _workers.Keys.SelectMany(name => ServedCall.Parse(name, File.ReadAllLines(Path.Combine(_folder, name)))).ToList();
        var verdict = OwnerHistoryChecker.Check(_made, served, _faults, _pauses);
        Assert.True(
            verdict.Holds, $"{verdict with { Examples = [] }}{Environment.NewLine}{string.Join(Environment.NewLine, verdict.Examples)}");
        Assert.True(verdict.Calls > 300 && verdict.Served > 300 && verdict.Explained <= 30, verdict.ToString());
    }
}
