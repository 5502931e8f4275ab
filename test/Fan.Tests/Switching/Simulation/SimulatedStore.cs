using Fan.Commits;
using Fan.Conformance.Histories;
using Fan.Coordination;
using Fan.Tests.Coordination;

namespace Fan.Tests.Switching.Simulation;

/// <summary>A session that hesitates before each operation, loses replies and ends, as a seed says, until faults are over.</summary>
internal sealed class SimulatedStore
{
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly Func<long> _now;
    private readonly MemoryCoordinationStore _inner;
    private readonly List<FaultWindow> _away = [];
    private long _awaySince = -1;
    private int _faults;

    public SimulatedStore(MemoryTree tree, int seed, int faults, Func<long> now)
    {
        (_random, _faults, _now, _inner) = (new Random(seed), faults, now, new MemoryCoordinationStore(tree));
        Store = new InterruptedStore(_inner) { BeforeRead = _ => HesitateAsync(), BeforeCommit = _ => HesitateAsync(), LosesReply = Loses };
    }

    public ICoordinationStore Store { get; }

    /// <summary>Whether the application had no record for some of that time: then nobody waited for it.</summary>
    public bool WasAway(long from, long to)
    {
        lock (_gate) return _away.Any(away => from <= away.To && to >= away.From) || (_awaySince >= 0 && to >= _awaySince);
    }

    private async Task HesitateAsync()
    {
        int turns;
        bool ends;
        lock (_gate)
        {
            turns = _random.Next(8);
            ends = _faults > 0 && _random.Next(60) == 0;
            if (ends)
            {
                _faults--;
                if (_awaySince < 0) _awaySince = _now();
            }
        }

        if (ends) _inner.Expire();
        for (var i = 0; i < turns; i++) await Task.Yield();
    }

    private bool Loses(IReadOnlyList<StoreOperation> operations)
    {
        lock (_gate)
        {
            var isRecord = operations.Any(operation => operation is StoreOperation.Create create
                && create.NodePath.StartsWith(CommitPath.Applications + "/", StringComparison.Ordinal));
            if (isRecord && _awaySince >= 0)
            {
                _away.Add(new FaultWindow(_awaySince, _now()));
                _awaySince = -1;
            }

            if (_faults == 0 || _random.Next(30) != 0) return false;
            _faults--;
            return true;
        }
    }
}
