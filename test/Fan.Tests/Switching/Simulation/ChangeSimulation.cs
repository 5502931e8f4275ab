using System.Collections.Concurrent;
using Fan.Commits;
using Fan.Conformance.Histories;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tree;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Tests.Switching.Simulation;

/// <summary>
/// The real followers and committers of a few applications on one tree in memory, with faults as a seed says. The order in which
/// the threads run is theirs, so a seed leads to the same faults and not always to the same history.
/// </summary>
internal sealed class ChangeSimulation(int seed) : IAsyncDisposable
{
    private const int Applications = 3;
    private const int Committers = 2;
    private const int Changes = 3;
    private const string Route = "routes/price";

    private readonly MemoryTree _tree = new();
    private readonly ConcurrentDictionary<string, (long Begun, long Returned)> _changes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<RootCall> _calls = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private long _time;

    public async Task<HistoryVerdict> RunAsync(CancellationToken cancellationToken)
    {
        var applications = Enumerable.Range(0, Applications).Select(Start).ToList();
        foreach (var application in applications) await application.Follower.LoadedAsync("price", cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var calling = applications.Select((application, i) => Task.Run(
            () => CallAsync(application, applications[(i + 1) % Applications], stop.Token), cancellationToken)).ToList();
        await Task.WhenAll(
            Enumerable.Range(0, Committers).Select(i => Task.Run(() => ChangeAsync(i, cancellationToken), cancellationToken)));
        await stop.CancelAsync();
        await Task.WhenAll(calling);
        return HistoryChecker.Check(_calls, await HistoryAsync(cancellationToken), []);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
    }

    private (TreeFollower Follower, SimulatedStore Store, string Name) Start(int i)
    {
        var name = $"application {i}";
        var store = new SimulatedStore(_tree, HashCode.Combine(seed, i), 2, Now);
        var connection = Connect(store.Store);
        var follower = new TreeFollower(
            connection,
            new SnapshotHistory(TimeProvider.System),
            () => new ApplicationRecord { Application = name, Instance = name },
            TimeSpan.FromMinutes(1),
            TimeProvider.System,
            NullLogger<TreeFollower>.Instance);
        _parts.Add(follower);
        return (follower, store, name);
    }

    // Each root call is served by another application too.
    private async Task CallAsync(
        (TreeFollower Follower, SimulatedStore Store, string Name) from,
        (TreeFollower Follower, SimulatedStore Store, string Name) to,
        CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var started = Now();
                var snapshot = await from.Follower.History.EnterAsync(stopping);
                RootCall call;
                try
                {
                    await Task.Yield();
                    call = new RootCall(
                        from.Name,
                        started,
                        0,
                        [VersionOf(snapshot), VersionOf(await to.Follower.History.FindAsync(snapshot.Number, stopping))],
                        null);
                }
                catch (SnapshotGoneException error)
                {
                    call = new RootCall(from.Name, started, 0, [], error.Message);
                }
                finally
                {
                    from.Follower.History.Exit(snapshot);
                }

                call = call with { Ended = Now() };
                if (!from.Store.WasAway(call.Started, call.Ended)) _calls.Enqueue(call);
                await Task.Delay(1, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // All changes are made.
        }
    }

    private async Task ChangeAsync(int committer, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(seed, committer, "changes"));
        var connection = Connect(new SimulatedStore(_tree, HashCode.Combine(seed, committer, "store"), 1, Now).Store);
        var changes = new SystemChanges(connection, TimeProvider.System);
        for (var i = 1; i <= Changes; i++)
        {
            var version = $"{committer + 1}.{i}.0";
            var begun = Now();
            _changes[version] = (begun, long.MaxValue);
            try
            {
                var options = new ChangeOptions
                {
                    Author = "simulation",
                    Force = true,
                    Barrier = random.Next(2) == 0,
                    DrainTimeout = random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(30)
                };
                await changes.ChangeAsync([RouteChange.To("price", version)], options, cancellationToken: cancellationToken);
                _changes[version] = (begun, Now());
            }
            catch (Exception error) when (error is StoreException or CommitConflictException or CommitRefusedException)
            {
                // Made or not, it has not returned.
            }
        }
    }

    // In the order of the commits; what was never made has no place in it.
    private async Task<IReadOnlyList<VersionChange>> HistoryAsync(CancellationToken cancellationToken)
    {
        var changes = new SystemChanges(Connect(new MemoryCoordinationStore(_tree)), TimeProvider.System);
        var made = await changes.LogAsync(cancellationToken)
            .Where(commit => commit.Edits.Count > 0)
            .Select(commit => commit.Edits[0].After!)
            .ToListAsync(cancellationToken);
        made.Reverse();
        return [
            new VersionChange(long.MinValue, long.MinValue, "none"),
            .. made.Select(json => (json, Times: _changes.Single(change => json.Contains(change.Key, StringComparison.Ordinal)).Value))
                .Select(change => new VersionChange(change.Times.Begun, change.Times.Returned, change.json))
        ];
    }

    private StoreConnection Connect(ICoordinationStore store)
    {
        var connection = new StoreConnection(store, TimeProvider.System, NullLogger<StoreConnection>.Instance);
        _parts.Add(connection);
        connection.Start();
        return connection;
    }

    private static string VersionOf(TreeSnapshot snapshot) => snapshot.Values.GetValueOrDefault(Route) ?? "none";

    private long Now() => Interlocked.Increment(ref _time);
}
