using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tests.Coordination;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Tests.Switching;

/// <summary>What the models in <c>Model</c> have found, on the real thing.</summary>
public sealed class InterruptedChangeTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private readonly MemoryCoordinationStore _mine;
    private readonly InterruptedStore _store;
    private readonly StoreConnection _connection;
    private readonly SystemChanges _changes;

    public InterruptedChangeTests()
    {
        _mine = new MemoryCoordinationStore(_tree);
        _store = new InterruptedStore(_mine);
        _connection = new StoreConnection(_store, TimeProvider.System, NullLogger<StoreConnection>.Instance);
        _changes = new SystemChanges(_connection, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _connection.OpenedAsync(Token);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task An_application_that_never_heard_of_its_record_has_one_all_the_same()
    {
        var lost = 0;
        await StartAsync("deaf", wrap: store => new InterruptedStore(store)
        {
            LosesReply = operations => IsRecord(operations) && Interlocked.Increment(ref lost) == 1,
        });
        var report = await _changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick with { Force = true }, cancellationToken: Token);
        Assert.Equal((1, 1), (report.Applications, lost));
        Assert.Single((await _mine.GetChildrenAsync(CommitPath.Applications, Token))!);
    }

    [Fact]
    public async Task A_barrier_that_was_made_without_a_reply_goes()
    {
        await StartAsync("holds");
        _store.LosesReply = operations => operations.Any(operation => operation is StoreOperation.Create { NodePath: CommitPath.Barrier });
        await Assert.ThrowsAsync<StoreUnavailableException>(() => BarrierAsync());
        Assert.Null(await _mine.GetAsync(CommitPath.Barrier, Token));
    }

    [Fact]
    public async Task An_application_that_comes_between_the_look_and_the_commit_is_asked_to_hold_too()
    {
        var commits = 0;
        _store.BeforeCommit = async operations =>
        {
            if (TakesTheBarrier(operations) && Interlocked.Increment(ref commits) == 1) await StartAsync("late");
        };
        Assert.Equal(1, (await BarrierAsync()).Applications);
        Assert.Equal(2, commits);
    }

    [Fact]
    public async Task A_commit_is_not_made_at_the_barrier_of_another()
    {
        var other = new MemoryCoordinationStore(_tree);
        await using var ending = other;
        await other.OpenAsync(Token);
        var commits = 0;
        _store.BeforeCommit = async operations =>
        {
            if (!TakesTheBarrier(operations) || Interlocked.Increment(ref commits) > 1) return;
            _mine.Expire();
            await other.CommitAsync([
                new StoreOperation.Set(CommitPath.Control, default),
                new StoreOperation.Create(CommitPath.Barrier, Kind: NodeKind.Ephemeral)
            ], Token);
        };
        await Assert.ThrowsAsync<CommitConflictException>(() => BarrierAsync());
        Assert.Equal(other.SessionId, (await other.GetAsync(CommitPath.Barrier, Token))!.EphemeralOwner);
        Assert.Equal(1, (await _changes.ReadAsync(Token)).Number);
    }

    [Fact]
    public async Task An_application_that_comes_back_begins_no_call_on_what_a_change_has_left_behind()
    {
        await StartAsync("ones", fan => fan.AddService<IPriceOne>(_ => new Price("1")));
        await StartAsync("twos", fan => fan.AddService<IPriceTwo>(_ => new Price("2")));
        var reads = Task.CompletedTask;
        var records = 0;
        var caller = await StartAsync("caller", wrap: store => new InterruptedStore(store)
        {
            BeforeRead = path => path == CommitPath.Head ? Volatile.Read(ref reads) : Task.CompletedTask,
            BeforeCommit = async operations =>
            {
                // While it has no record nobody waits for it.
                if (IsRecord(operations) && Interlocked.Increment(ref records) == 2)
                {
                    await _changes.ChangeAsync([RouteChange.To("price", "2.0.0")], Quick, cancellationToken: Token);
                }
            },
        });
        await _changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick, cancellationToken: Token);
        Assert.Equal("1", await caller.Fan.WhichAsync("price"));

        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref reads, late.Task);
        caller.Store.Expire();
        await Eventually.TrueAsync(
            async () => (await _changes.ReadAsync(Token)).Number == 3 && (await _changes.ApplicationsAsync(Token)).Count == 3,
            "it is in the register again");
        var calling = caller.Fan.WhichAsync("price");
        late.SetResult();
        Assert.Equal("2", await calling);
    }

    private static bool IsRecord(IReadOnlyList<StoreOperation> operations) =>
        operations.Any(operation => operation is StoreOperation.Create create
            && create.NodePath.StartsWith(CommitPath.Applications + "/", StringComparison.Ordinal));

    private static bool TakesTheBarrier(IReadOnlyList<StoreOperation> operations) =>
        operations.Count > 1 && operations.Any(operation => operation is StoreOperation.Delete { NodePath: CommitPath.Barrier });

    private Task<ChangeReport> BarrierAsync() =>
        _changes.ChangeAsync([RouteChange.To("price", "1.0.0")], Quick with { Barrier = true, Force = true }, cancellationToken: Token);

    private async Task<TestHost> StartAsync(
        string name, Action<FanBuilder>? configure = null, Func<MemoryCoordinationStore, ICoordinationStore>? wrap = null)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure ?? (_ => { }), wrap: wrap);
        _hosts.Add(host);
        return host;
    }
}
