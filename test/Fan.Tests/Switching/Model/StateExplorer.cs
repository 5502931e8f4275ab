namespace Fan.Tests.Switching.Model;

/// <summary>Visits every state that a model can reach, the nearest first, and stops at the first one that breaks what must hold.</summary>
internal static class StateExplorer
{
    /// <summary>The number of states, and the shortest way to a broken one with what is broken; null where none is.</summary>
    /// <param name="initial">Where it begins.</param>
    /// <param name="next">Every step that can be taken from a state.</param>
    /// <param name="broken">What a state breaks; null where nothing.</param>
    public static (int States, string? Violation) Explore<TState>(TState initial, Func<TState, IEnumerable<(string Step, TState State)>> next, Func<TState, string?> broken)
        where TState : IModelState
    {
        var seen = new Dictionary<string, (string? From, string Step)>(StringComparer.Ordinal) { [initial.Key] = (null, "start") };
        var queue = new Queue<TState>([initial]);
        while (queue.TryDequeue(out var state))
        {
            if (broken(state) is { } what) return (seen.Count, $"{what}: {Way(seen, state.Key)}");
            foreach (var (step, reached) in next(state))
            {
                if (seen.TryAdd(reached.Key, (state.Key, step))) queue.Enqueue(reached);
            }
        }

        return (seen.Count, null);
    }

    private static string Way(Dictionary<string, (string? From, string Step)> seen, string key)
    {
        var steps = new List<string>();
        for (var at = key; at is not null; at = seen[at].From) steps.Add(seen[at].Step);
        steps.Reverse();
        return string.Join(" ▸ ", steps);
    }
}

/// <summary>A state of a model.</summary>
internal interface IModelState
{
    /// <summary>The same for states that are the same.</summary>
    string Key { get; }
}
