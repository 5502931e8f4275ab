using System.Collections.Immutable;
using Fan.Discovery;
using Fan.Sharding;
using Fan.Tree;
using Fan.Versions;

namespace Fan.Tests.Model;

/// <summary>How a model departs from the table of docs/sharding.md. Each must be found.</summary>
internal enum VersionedShardMistake
{
    None,

    /// <summary>Workers of every version that lives share all shards, whatever the route says.</summary>
    SharesAmongAllVersions,

    /// <summary>A worker of a version without other calls owns nothing, whatever is assigned to it.</summary>
    LeavesOutWhatIsAssigned,

    /// <summary>Callers look for the owner among the versions of the route only.</summary>
    CallersLookAmongActiveVersions,

    /// <summary>A worker serves what is its own by the table before it has the lock.</summary>
    ServesWithoutTheLock,
}

/// <summary>
/// Two shards; workers A and B of 1.0.0 and C of 2.0.0; a tree that changes step by step; a call for a shard by a caller with a range.
/// Everybody knows the tree and who lives as of some time, and computes by the real <see cref="ShardAssignment"/> who is to own what.
/// </summary>
internal sealed class VersionedShardModel(
    IReadOnlyList<RouteEntry> trees, string range, int shard, int faults, VersionedShardMistake mistake) : IModel<VersionedShardModel.State>
{
    public const int Shards = 2;

    private const int Everybody = 0b111;

    private static readonly (string Name, string Version)[] Workers = [("A", "1.0.0"), ("B", "1.0.0"), ("C", "2.0.0")];

    private readonly Dictionary<(int Tree, int Alive), int[]> _owners = [];

    public enum CallStage
    {
        Looks,
        AtAWorker,
        Served,
        Ended,
    }

    public State Initial => new()
    {
        Alive = Everybody,
        Known = [.. Enumerable.Repeat((Tree: 0, Alive: Everybody), Workers.Length + 1)],
        Locks = [.. Enumerable.Repeat(-1, Shards)],
        At = -1,
    };

    private static int Caller => Workers.Length;

    public IEnumerable<Step<State>> Next(State state)
    {
        if (state.Tree + 1 < trees.Count)
        {
            yield return new($"commit {state.Tree + 1} is made: {trees[state.Tree + 1].ToJson()}", state with { Tree = state.Tree + 1 });
        }
        for (var i = 0; i <= Workers.Length; i++)
        {
            var name = i == Caller ? "the caller" : $"worker {Workers[i].Name}";
            if (i < Caller && (state.Alive & (1 << i)) == 0)
            {
                yield return new($"{name} starts", state.With(i, (state.Tree, state.Alive)) with { Alive = state.Alive | (1 << i) });
                continue;
            }

            var known = state.Known[i];
            if (known.Tree < state.Tree) yield return new($"{name} applies {known.Tree + 1}", state.With(i, (known.Tree + 1, known.Alive)));
            if (known.Alive != state.Alive) yield return new($"{name} sees who lives", state.With(i, (known.Tree, state.Alive)));
            if (i == Caller) continue;
            foreach (var step in Owns(state, i)) yield return step with { Name = $"{name} {step.Name}" };
        }

        foreach (var step in Calls(state)) yield return step with { Name = $"the call {step.Name}" };
    }

    public string? Broken(State state) => null;

    public bool IsEnd(State state) =>
        state.Call == CallStage.Ended && state.Tree == trees.Count - 1 && state.Alive == Everybody
        && state.Known.All(known => known == (state.Tree, state.Alive))
        && state.Locks.Select((holder, i) => holder == OwnersBy((state.Tree, state.Alive))[i]).All(isSo => isSo)
        // By the words of the commit too: what is assigned is held by whom it is assigned to.
        && trees[state.Tree].Assigned.All(one => Workers[state.Locks[one.Key]].Name == one.Value);

    public string KeyOf(State state) => string.Create(Workers.Length + 1 + Shards + 3, state, static (key, state) =>
    {
        (key[0], key[1], key[2]) = (
            (char)(state.Tree + 1), (char)((state.Alive << 4) + state.Faults + 1), (char)(((int)state.Call << 4) + state.At + 2));
        for (var i = 0; i < state.Known.Length; i++) key[3 + i] = (char)((state.Known[i].Tree << 4) + state.Known[i].Alive + 1);
        for (var i = 0; i < Shards; i++) key[^(i + 1)] = (char)(state.Locks[i] + 2);
    });

    private IEnumerable<Step<State>> Owns(State state, int i)
    {
        for (var at = 0; at < Shards; at++)
        {
            var isMine = OwnersBy(state.Known[i])[at] == i;
            var serves = state.Call == CallStage.Served && state.At == i && at == shard;
            if (isMine && state.Locks[at] < 0)
            {
                yield return new($"takes the lock of {at}", state with { Locks = state.Locks.SetItem(at, i) });
            }
            if (!isMine && state.Locks[at] == i && !serves)
            {
                yield return new($"lets the lock of {at} go", state with { Locks = state.Locks.SetItem(at, -1) });
            }
        }

        if (state.Faults == faults) yield break;
        yield return new("is killed, and its session ends", state with
        {
            Alive = state.Alive & ~(1 << i),
            Faults = state.Faults + 1,
            Locks = [.. state.Locks.Select(holder => holder == i ? -1 : holder)],
            // A call in hand fails with it, which that fault explains.
            Call = state.At == i && state.Call == CallStage.Served ? CallStage.Ended : state.At == i ? CallStage.Looks : state.Call,
            At = state.At == i ? -1 : state.At,
        }, true);
    }

    private IEnumerable<Step<State>> Calls(State state)
    {
        switch (state.Call)
        {
            case CallStage.Looks:
                var owner = OwnersBy(state.Known[Caller], isCaller: true)[shard];
                if (owner < 0) break;
                if (!Fits(owner))
                {
                    yield return new(
                        $"finds {Workers[owner].Name}, whose version its caller can't take, and fails",
                        state with { Call = CallStage.Ended });
                }
                else if ((state.Alive & (1 << owner)) != 0)
                {
                    yield return new($"goes to {Workers[owner].Name}", state with { Call = CallStage.AtAWorker, At = owner });
                }
                break;
            case CallStage.AtAWorker:
                var isMine = OwnersBy(state.Known[state.At])[shard] == state.At;
                if (isMine && (state.Locks[shard] == state.At || mistake == VersionedShardMistake.ServesWithoutTheLock))
                {
                    yield return Serves(state);
                }
                if (!isMine) yield return new("is sent on", state with { Call = CallStage.Looks, At = -1 });
                break;
            case CallStage.Served:
                yield return new("ends", state with { Call = CallStage.Ended, At = -1 });
                break;
        }
    }

    private Step<State> Serves(State state)
    {
        var broken = state.Locks[shard] != state.At ? $"shard {shard} is served without its lock"
            : !Fits(state.At) ? $"a caller of {range} met {Workers[state.At].Version}"
            : !IsGiven(state) ? $"shard {shard} met {Workers[state.At].Version}, which no commit gave it" : null;
        return new($"is served by {Workers[state.At].Name}", state with { Call = CallStage.Served }, Broken: broken);
    }

    // By some tree that anybody still knows: by the words of the commit, and not by the table.
    private bool IsGiven(State state)
    {
        var (name, version) = Workers[state.At];
        for (var tree = state.Known.Min(known => known.Tree); tree <= state.Tree; tree++)
        {
            var entry = trees[tree];
            if (entry.Assigned.GetValueOrDefault(shard) == name) return true;
            if (entry.Versions.IsEmpty
                ? version == "1.0.0" || (state.Alive & 0b011) == 0
                : entry.Versions.Any(one => one.Weight > 0 && one.Text == version))
            {
                return true;
            }
        }

        return false;
    }

    private bool Fits(int worker) =>
        range == "*" || (ServiceVersion.TryParse(Workers[worker].Version, out var version) && VersionRange.Parse(range).Contains(version));

    private int[] OwnersBy((int Tree, int Alive) known, bool isCaller = false)
    {
        var looksAmongActive = isCaller && mistake == VersionedShardMistake.CallersLookAmongActiveVersions;
        if (!looksAmongActive && _owners.TryGetValue(known, out var owners)) return owners;
        var entry = mistake switch
        {
            VersionedShardMistake.SharesAmongAllVersions => RouteEntry.Parse("""{"versions":{"1.0.0":50,"2.0.0":50}}"""),
            VersionedShardMistake.LeavesOutWhatIsAssigned when trees[known.Tree].Assigned.ContainsValue("C")
                && trees[known.Tree].Versions is [{ Text: "1.0.0" }] => RouteEntry.Parse("""{"versions":{"1.0.0":100}}"""),
            _ => trees[known.Tree],
        };
        var alive = Workers.Where((_, i) => (known.Alive & (1 << i)) != 0);
        var assignment = ShardAssignment.Of(new EndpointSet(alive.ToImmutableDictionary(worker => worker.Name, EndpointOf)), entry);
        owners = [.. Enumerable.Range(0, Shards).Select(at => Array.FindIndex(Workers, worker => worker.Name == assignment?.OwnerOf(at)))];
        if (looksAmongActive)
        {
            return [.. owners.Select(owner => owner >= 0 && entry.Versions.Any(one => one.Text == Workers[owner].Version) ? owner : -1)];
        }
        return _owners[known] = owners;
    }

    private static Endpoint EndpointOf((string Name, string Version) worker) =>
        new(worker.Name, 1, "s", worker.Version, new EndpointDescription
        {
            Transport = "loop",
            Properties = new Dictionary<string, string>
            {
                [ShardOffer.WorkerProperty] = worker.Name,
                [ShardOffer.ShardsProperty] = $"hash:{Shards}",
                [ShardOffer.RulesProperty] = "2"
            },
        }, TimeProvider.System);

    internal sealed record State
    {
        public int Tree { get; init; }

        /// <summary>The workers that live, a bit each.</summary>
        public int Alive { get; init; }

        public int Faults { get; init; }

        /// <summary>What each worker, and the caller as the last one, knows.</summary>
        public ImmutableArray<(int Tree, int Alive)> Known { get; init; } = [];

        /// <summary>Who holds each shard's lock; -1 where nobody does.</summary>
        public ImmutableArray<int> Locks { get; init; } = [];

        public CallStage Call { get; init; }

        public int At { get; init; }

        public State With(int i, (int Tree, int Alive) known) => this with { Known = Known.SetItem(i, known) };
    }
}
