using System.Text;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Tests.Switching;

/// <summary>
/// Applications whose store comes back with another log: they follow that one, say so, and nothing is called applied by the numbers of the
/// one before.
/// </summary>
public sealed class RestoredLogTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private readonly MemoryCoordinationStore _store;
    private readonly StoreConnection _connection;
    private readonly SystemChanges _changes;

    public RestoredLogTests()
    {
        _store = new MemoryCoordinationStore(_tree);
        _connection = new StoreConnection(_store, TimeProvider.System, NullLogger<StoreConnection>.Instance);
        _changes = new SystemChanges(_connection, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _connection.OpenedAsync(Token);
        _hosts.Add(await TestHost.StartAsync(_tree, _network, "ones", fan => fan.AddService<IPriceOne>(_ => new Price("1"))));
        _hosts.Add(await TestHost.StartAsync(_tree, _network, "twos", fan => fan.AddService<IPriceTwo>(_ => new Price("2"))));
        _hosts.Add(await TestHost.StartAsync(_tree, _network, "caller", _ => { }));
        await SwitchAsync("1.0.0");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task A_lower_head_is_followed_and_told()
    {
        var saved = await SaveAsync();
        await SwitchAsync("2.0.0");
        await CallsAsync("2");
        await RestoreAsync(saved);
        await CallsAsync("1");
        var health = (await _hosts[2].Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token)).Entries["fan"];
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("the log of commits was at 3 and is at 2", health.Description, StringComparison.Ordinal);
        // For the doctor, who comes when all follow it already.
        await Eventually.TrueAsync(
            async () => (await _changes.ApplicationsAsync(Token)).All(record => record is { RestoredFrom: 3, Applied: 2 }),
            "the records say so");
        // Its number is one that all of them had applied before.
        Assert.Equal((3, 3), await SwitchAsync("2.0.0"));
        await CallsAsync("2");
    }

    [Fact]
    public async Task Another_commit_of_the_same_number_is_followed()
    {
        var saved = await SaveAsync();
        await SwitchAsync("2.0.0");
        await CallsAsync("2");
        var log = new CommitLog(_store, TimeProvider.System);
        var first = (await log.ReadAsync(2, Token))!;
        // Committed by somebody else before these applications saw the store again.
        var other = new Commit
        {
            Number = 3,
            Author = "another",
            At = DateTimeOffset.UnixEpoch,
            Follows = CommitJson.Fingerprint(first),
            Edits = []
        };
        var data = CommitJson.Write(other);
        saved[CommitPath.OfCommit(3)] = data;
        saved[CommitPath.Head] = CommitJson.WriteHead(other, data.Length);
        await RestoreAsync(saved);
        await CallsAsync("1");
    }

    [Fact]
    public async Task A_log_that_went_on_from_an_older_commit_is_followed()
    {
        var saved = await SaveAsync();
        await SwitchAsync("2.0.0");
        await CallsAsync("2");
        var log = new CommitLog(_store, TimeProvider.System);
        var before = (await log.ReadAsync(2, Token))!;
        for (var number = 3; number <= 5; number++)
        {
            var next = new Commit
            {
                Number = number,
                Author = "another",
                At = DateTimeOffset.UnixEpoch,
                Follows = CommitJson.Fingerprint(before),
                Edits = []
            };
            var data = CommitJson.Write(next);
            saved[CommitPath.OfCommit(number)] = data;
            saved[CommitPath.Head] = CommitJson.WriteHead(next, data.Length);
            before = next;
        }

        await RestoreAsync(saved);
        await CallsAsync("1");
    }

    [Fact]
    public async Task A_store_that_comes_back_empty_begins_a_new_log_that_all_follow()
    {
        await SwitchAsync("2.0.0");
        await SwitchAsync("1.0.0");
        await CallsAsync("1");
        await RestoreAsync([]);
        await Eventually.TrueAsync(
            async () => (await _changes.ApplicationsAsync(Token)) is { Count: 3 } all && all.All(record => record.Applied == 0),
            "all are there again, and none has applied anything");
        Assert.Equal((3, 2), await SwitchAsync("2.0.0"));
        await CallsAsync("2");
    }

    [Fact]
    public async Task What_an_application_says_of_another_log_is_not_taken_for_applied()
    {
        // It stands where it was, as one that is cut off from the store.
        var record = new ApplicationRecord
        {
            Application = "lags",
            Instance = "lags",
            Applied = 7,
            Fingerprint = "0123456789abcdef",
            Oldest = 7
        };
        await _store.CommitAsync([
            new StoreOperation.Create(CommitPath.Applications + "/app_lags", record.ToJson(), NodeKind.Ephemeral),
            new StoreOperation.Set(CommitPath.Applications, default)
        ], Token);
        var error = await Assert.ThrowsAsync<ChangeUnappliedException>(() => _changes.ChangeAsync(
            [RouteChange.To("price", "2.0.0")], Quick with { ApplyTimeout = TimeSpan.FromSeconds(1) }, cancellationToken: Token));
        Assert.Contains("lags", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_a_restore_set_back_within_its_session_is_written_again()
    {
        var path = (await _store.GetChildrenAsync(CommitPath.Applications, Token))!.Select(
            name => StorePath.Join(CommitPath.Applications, name)).First();
        var said = ApplicationRecord.Parse((await _store.GetAsync(path, Token))!.Data);
        await _store.CommitAsync([new StoreOperation.Set(path, (said with { Applied = 1, Fingerprint = null }).ToJson())], Token);
        foreach (var host in _hosts)
        {
            host.Store.Disconnect();
            host.Store.Reconnect();
        }

        await Eventually.TrueAsync(
            async () => ApplicationRecord.Parse((await _store.GetAsync(path, Token))!.Data).Applied == said.Applied,
            "the record says again what was applied");
    }

    [Fact]
    public void A_head_tells_its_commit_from_another_whether_the_commit_stands_in_it_or_not()
    {
        var commit = CommitOf(4);
        var small = CommitJson.ReadHead(CommitJson.WriteHead(commit, 1));
        var large = CommitJson.ReadHead(CommitJson.WriteHead(commit, CommitLog.MaxBytesInHead + 1));
        Assert.Equal(
            (CommitJson.Fingerprint(commit), true, CommitJson.Fingerprint(commit), false),
            (small.Fingerprint, small.Commit is not null, large.Fingerprint, large.Commit is not null));
        Assert.Null(CommitJson.ReadHead("""{"number":4}"""u8.ToArray()).Fingerprint);
        var applied = TreeSnapshot.CreateEmpty().Apply(CommitOf(4) with { Author = "another" }, (_, _) => { });
        Assert.Equal(LogRelation.Another, LogContinuity.Of(applied, new LogHead(large.Number, 0, large.Commit, large.Fingerprint)));
    }

    [Fact]
    public async Task A_committer_whose_log_was_deleted_has_nothing_to_settle_and_ends()
    {
        await using var store = new MemoryCoordinationStore(new MemoryTree());
        await store.OpenAsync(Token);
        await new CommitLog(store, TimeProvider.System).SettleAsync(2, Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Null(await store.GetAsync(CommitPath.Settled, Token));
    }

    [Fact]
    public void A_commit_of_a_program_that_told_no_fingerprint_is_taken_for_the_next()
    {
        var applied = TreeSnapshot.CreateEmpty().Apply(CommitOf(1), (_, _) => { });
        Assert.True(LogContinuity.IsNext(applied, CommitOf(2)));
        Assert.False(LogContinuity.IsNext(applied, CommitOf(2) with { Follows = "another" }));
        Assert.Equal(LogRelation.Same, LogContinuity.Of(TreeSnapshot.CreateEmpty(), null));
        var written = CommitJson.Read(
            Encoding.UTF8.GetBytes("""{"number":2,"author":"tester","at":"2026-01-02T03:04:05.678Z","edits":[]}"""));
        Assert.Null(written.Follows);
    }

    private static Commit CommitOf(long number) => new() { Number = number, Author = "tester", At = DateTimeOffset.UnixEpoch };

    private async Task<(int Applications, long Number)> SwitchAsync(string version)
    {
        var report = await _changes.ChangeAsync([RouteChange.To("price", version)], Quick, cancellationToken: Token);
        return (report.Applications, report.Commit.Number);
    }

    private Task CallsAsync(string expected) =>
        Eventually.TrueAsync(async () => await _hosts[2].Fan.WhichAsync("price") == expected, $"calls are served by {expected}");

    private async Task<Dictionary<string, byte[]>> SaveAsync()
    {
        var saved = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await foreach (var (path, node) in NodesAsync(CommitPath.Root)) saved[path] = node.Data.ToArray();
        return saved;
    }

    // As a server that was given an older data folder: what is there is what was saved, and every session is another one.
    private async Task RestoreAsync(Dictionary<string, byte[]> saved)
    {
        foreach (var host in _hosts) host.Store.Expire();
        await Eventually.TrueAsync(
            async () =>
            {
                var operations = new List<StoreOperation>();
                var there = new HashSet<string>(StringComparer.Ordinal);
                await foreach (var (path, node) in NodesAsync(CommitPath.Root))
                {
                    if (path == CommitPath.Applications || path.StartsWith(CommitPath.Applications + "/", StringComparison.Ordinal))
                    {
                        continue;
                    }
                    there.Add(path);
                    if (!saved.TryGetValue(path, out var data)) operations.Insert(0, new StoreOperation.Delete(path));
                    else if (!node.Data.Span.SequenceEqual(data)) operations.Add(new StoreOperation.Set(path, data));
                }

                // What holds the register stays.
                operations.RemoveAll(operation => operation is StoreOperation.Delete { NodePath: CommitPath.Root });
                foreach (var (path, data) in saved.Where(node => !there.Contains(node.Key)).OrderBy(node => node.Key.Length))
                {
                    if (!path.StartsWith(CommitPath.Applications, StringComparison.Ordinal))
                    {
                        operations.Add(new StoreOperation.Create(path, data));
                    }
                }

                try
                {
                    await _store.CommitAsync(operations, Token);
                    return true;
                }
                catch (StoreConflictException)
                {
                    return false;
                }
            },
            "the tree is restored");
    }

    private async IAsyncEnumerable<(string Path, StoreNode Node)> NodesAsync(string path)
    {
        if (await _store.GetAsync(path, Token) is not { } node) yield break;
        yield return (path, node);
        foreach (var child in await _store.GetChildrenAsync(path, Token) ?? [])
        {
            await foreach (var below in NodesAsync(StorePath.Join(path, child))) yield return below;
        }
    }
}
