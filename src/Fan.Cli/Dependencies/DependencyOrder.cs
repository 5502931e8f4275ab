namespace Fan.Cli.Dependencies;

/// <summary>In which order applications may be started so that each finds what it can't work without.</summary>
internal static class DependencyOrder
{
    /// <summary>
    /// Steps: each needs, of hard needs, only what stands in steps before its own. Those that need each other in a circle share a step.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IReadOnlyList<ApplicationNeeds> applications)
    {
        var needs = applications.GroupBy(application => application.Application, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => group.SelectMany(application => application.Needs)
                .Where(need => need.Hard)
                .SelectMany(need => need.Hosts)
                .Where(host => host != group.Key)
                .ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);
        // Whom each reaches by any way; two that reach each other are in one circle.
        var reached = needs.Keys.ToDictionary(name => name, name => Reach(name, needs), StringComparer.Ordinal);
        var steps = new Dictionary<string, int>(StringComparer.Ordinal);
        // Whoever reaches fewer comes first, so all that somebody needs has its step before he gets one; members of a circle reach the
        // same.
        foreach (var name in needs.Keys.OrderBy(name => reached[name].Count))
        {
            steps[name] = reached[name].Where(other => !reached[other].Contains(name))
                .Select(other => steps[other] + 1)
                .DefaultIfEmpty(0).Max();
        }

        return [.. steps.GroupBy(step => step.Value, step => step.Key)
            .OrderBy(step => step.Key)
            .Select(step => (IReadOnlyList<string>)[.. step.Order(StringComparer.Ordinal)])];
    }

    private static HashSet<string> Reach(string start, Dictionary<string, HashSet<string>> needs)
    {
        // With itself, so that a member of a circle is not behind one that it only leads to.
        var reached = new HashSet<string>(StringComparer.Ordinal) { start };
        var waiting = new Queue<string>([start]);
        while (waiting.TryDequeue(out var at))
        {
            foreach (var host in needs[at])
            {
                if (needs.ContainsKey(host) && reached.Add(host)) waiting.Enqueue(host);
            }
        }

        return reached;
    }
}
