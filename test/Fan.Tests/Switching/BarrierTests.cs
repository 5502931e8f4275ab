using System.Globalization;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tests.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Tests.Switching;

/// <summary>A commit at a barrier is made only while all hold, however many they are.</summary>
public sealed class BarrierTests : IAsyncLifetime
{
    private static readonly ChangeOptions AtBarrier = new()
    {
        Author = "tester",
        Barrier = true,
        Force = true,
        DrainTimeout = TimeSpan.Zero
    };

    private readonly MemoryTree _tree = new();
    private readonly MemoryCoordinationStore _mine;
    private readonly InterruptedStore _store;
    private readonly StoreConnection _connection;
    private readonly SystemChanges _changes;

    public BarrierTests()
    {
        _mine = new MemoryCoordinationStore(_tree);
        _store = new InterruptedStore(_mine);
        _connection = new StoreConnection(_store, TimeProvider.System, NullLogger<StoreConnection>.Instance);
        _changes = new SystemChanges(_connection, TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _connection.OpenedAsync(Token);

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    [Fact]
    public async Task An_application_that_gives_up_between_the_look_and_the_commit_is_asked_to_hold_again()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var patient = await TestHost.StartAsync(
            _tree, new LoopNetwork(), "patient", fan => fan.Services.AddSingleton<TimeProvider>(clock));
        var commits = 0;
        _store.BeforeCommit = async operations =>
        {
            if (!TakesTheBarrier(operations) || Interlocked.Increment(ref commits) > 1) return;
            clock.Advance(TimeSpan.FromSeconds(31));
            await Eventually.TrueAsync(
                async () => (await _changes.ApplicationsAsync(Token)).Single().Prepared == "", "it says that it holds no more");
        };
        Assert.Equal((1, 2), ((await ChangeAsync()).Applications, commits));
    }

    [Fact]
    public async Task A_record_of_a_program_that_gives_up_in_it_alone_is_checked_for_itself()
    {
        await using var crowd = await Crowd.StartAsync(_tree, 2, raises: false);
        var commits = 0;
        _store.BeforeCommit = async operations =>
        {
            if (TakesTheBarrier(operations) && Interlocked.Increment(ref commits) == 1) await crowd.GiveUpAsync();
        };
        Assert.Equal((2, 2), ((await ChangeAsync()).Applications, commits));
    }

    [Fact]
    public async Task A_barrier_waits_for_more_applications_than_a_commit_has_operations()
    {
        await using var crowd = await Crowd.StartAsync(_tree, StoreLimits.MaxOperations + 100, raises: true);
        Assert.Equal(StoreLimits.MaxOperations + 100, (await ChangeAsync()).Applications);
    }

    [Fact]
    public async Task More_programs_of_the_revision_before_than_can_be_checked_are_refused_before_anybody_holds()
    {
        await using var crowd = await Crowd.StartAsync(_tree, 701, raises: false);
        var refused = await Assert.ThrowsAsync<CommitRefusedException>(ChangeAsync);
        Assert.Contains(
            "at most 700 applications of the revision before this one; 701 of them live", refused.Message, StringComparison.Ordinal);
        Assert.Null(await _mine.GetAsync(CommitPath.Barrier, Token));
    }

    private static bool TakesTheBarrier(IReadOnlyList<StoreOperation> operations) =>
        operations.Count > 1 && operations.Any(operation => operation is StoreOperation.Delete { NodePath: CommitPath.Barrier });

    private Task<ChangeReport> ChangeAsync() =>
        _changes.ChangeAsync([RouteChange.To("price", "1.0.0")], AtBarrier, cancellationToken: Token);

    /// <summary>Records of many, which hold at each barrier and follow the log.</summary>
    private sealed class Crowd : IAsyncDisposable
    {
        private const int AtOnce = 500;

        private readonly MemoryCoordinationStore _store;
        private readonly List<string> _paths = [];
        private readonly CancellationTokenSource _leaving = new();
        private ApplicationRecord _record;
        private Task _following = Task.CompletedTask;

        private Crowd(MemoryTree tree, bool raises)
        {
            _store = new MemoryCoordinationStore(tree);
            _record = new ApplicationRecord { Application = "crowd", Instance = "1", RaisesControl = raises };
        }

        public static async Task<Crowd> StartAsync(MemoryTree tree, int count, bool raises)
        {
            var crowd = new Crowd(tree, raises);
            await crowd._store.OpenAsync(Token);
            await crowd._store.CreateMissingAsync([CommitPath.Root, CommitPath.Applications, CommitPath.Control], Token);
            foreach (var some in Enumerable.Range(0, count).Chunk(AtOnce))
            {
                var made = await crowd._store.CommitAsync(
                    [.. some.Select(_ => new StoreOperation.Create(
                        CommitPath.Applications + "/app_", crowd._record.ToJson(), NodeKind.EphemeralSequential))],
                    Token);
                crowd._paths.AddRange(made.Select(one => one.Path));
            }

            crowd._following = Task.WhenAll(crowd.FollowAsync(CommitPath.Control), crowd.FollowAsync(CommitPath.Head));
            return crowd;
        }

        public Task GiveUpAsync() => WriteAsync(_record with { Prepared = CallHold.GivenUp });

        public async ValueTask DisposeAsync()
        {
            await _leaving.CancelAsync();
            await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _store.DisposeAsync();
            _leaving.Dispose();
        }

        private async Task FollowAsync(string path)
        {
            await foreach (var _ in _store.WatchAsync(path, _leaving.Token))
            {
                var barrier = await _store.GetAsync(CommitPath.Barrier, _leaving.Token);
                var head = await new CommitLog(_store, TimeProvider.System).ReadHeadAsync(_leaving.Token);
                await WriteAsync(_record with
                {
                    Prepared = barrier?.CreatedTransaction.ToString(CultureInfo.InvariantCulture),
                    Applied = head?.Number ?? 0,
                    Oldest = head?.Number ?? 0
                });
            }
        }

        private async Task WriteAsync(ApplicationRecord record)
        {
            _record = record;
            foreach (var some in _paths.Chunk(AtOnce))
            {
                await _store.CommitAsync([.. some.Select(path => new StoreOperation.Set(path, record.ToJson()))], _leaving.Token);
            }
        }
    }
}
