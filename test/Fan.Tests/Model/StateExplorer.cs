using System.Runtime.InteropServices;

namespace Fan.Tests.Model;

/// <summary>A protocol in small: where it begins, what can happen next, and what it comes to.</summary>
internal interface IModel<TState>
{
    TState Initial { get; }

    /// <summary>Every step that can be taken from a state.</summary>
    IEnumerable<Step<TState>> Next(TState state);

    /// <summary>What a state breaks; null where nothing.</summary>
    string? Broken(TState state);

    /// <summary>Whether everything has come to its end: from each state this must stay within reach.</summary>
    bool IsEnd(TState state);

    /// <summary>The same for states that are the same, and for those that differ in names only.</summary>
    string KeyOf(TState state);
}

/// <summary>One step of one process.</summary>
/// <param name="Name">What happens, for people.</param>
/// <param name="To">The state after it.</param>
/// <param name="IsFault">Whether nothing but a fault does it: no end may depend on it.</param>
/// <param name="Broken">What the step itself breaks; null where nothing.</param>
internal readonly record struct Step<TState>(string Name, TState To, bool IsFault = false, string? Broken = null);

/// <summary>What an exploration came to.</summary>
/// <param name="States">States that were visited.</param>
/// <param name="Steps">Steps that were taken.</param>
/// <param name="Violation">What is broken, and the shortest way to it; null where nothing is.</param>
internal sealed record Exploration(int States, long Steps, string? Violation);

/// <summary>
/// Visits every state that a model can reach, the nearest first; stops at the first that breaks what must hold. Then looks whether the end
/// is within reach of each.
/// </summary>
internal static class StateExplorer
{
    // A model that grows over this is too big for a test.
    private const int MaxStates = 4_000_000;

    public static Exploration Explore<TState>(IModel<TState> model)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal) { [model.KeyOf(model.Initial)] = 0 };
        var ways = new List<(int From, string Step)> { (-1, "start") };
        var ends = new List<int>();
        var edges = new List<(int From, int To)>();
        var queue = new Queue<TState>([model.Initial]);
        long steps = 0;
        for (var at = 0; queue.TryDequeue(out var state); at++)
        {
            if (model.Broken(state) is { } broken) return new Exploration(known.Count, steps, Tell(broken, ways, at));
            if (model.IsEnd(state)) ends.Add(at);
            foreach (var step in model.Next(state))
            {
                steps++;
                if (step.Broken is { } wrong) return new Exploration(known.Count, steps, Tell(wrong, ways, at, step.Name));
                ref var to = ref CollectionsMarshal.GetValueRefOrAddDefault(known, model.KeyOf(step.To), out var isKnown);
                if (!isKnown)
                {
                    to = ways.Count;
                    ways.Add((at, step.Name));
                    queue.Enqueue(step.To);
                    if (ways.Count > MaxStates) throw new InvalidOperationException($"The model has more than {MaxStates:N0} states.");
                }

                if (!step.IsFault) edges.Add((at, to));
            }
        }

        var stuck = FirstOutOfReach(ways.Count, edges, ends);
        return new Exploration(known.Count, steps, stuck < 0 ? null : Tell("the end is out of reach", ways, stuck));
    }

    // Backwards from the ends; who is not met can't reach one without a further fault.
    private static int FirstOutOfReach(int count, List<(int From, int To)> edges, List<int> ends)
    {
        var first = new int[count + 1];
        foreach (var (_, to) in edges) first[to + 1]++;
        for (var i = 0; i < count; i++) first[i + 1] += first[i];
        var from = new int[edges.Count];
        var next = first.AsSpan(0, count).ToArray();
        foreach (var edge in edges) from[next[edge.To]++] = edge.From;

        var met = new bool[count];
        var stack = new Stack<int>(ends);
        foreach (var end in ends) met[end] = true;
        while (stack.TryPop(out var state))
        {
            for (var i = first[state]; i < first[state + 1]; i++)
            {
                if (met[from[i]]) continue;
                met[from[i]] = true;
                stack.Push(from[i]);
            }
        }

        return Array.IndexOf(met, false);
    }

    private static string Tell(string what, List<(int From, string Step)> ways, int at, string? last = null)
    {
        var steps = new List<string>();
        if (last is not null) steps.Add(last);
        for (; at > 0; at = ways[at].From) steps.Add(ways[at].Step);
        steps.Reverse();
        return $"{what}:{Environment.NewLine}{string.Join(Environment.NewLine, steps.Select((step, i) => $"{i + 1,3}. {step}"))}";
    }
}
