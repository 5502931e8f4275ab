namespace Fan.Cli.Dependencies;

/// <summary>Finds applications that need each other in circles.</summary>
internal static class DependencyCycles
{
    /// <summary>One shortest circle for each application that is in one, without the same twice.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Find(IReadOnlyList<ApplicationNeeds> applications)
    {
        var next = applications.GroupBy(application => application.Application, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => group.SelectMany(application => application.Needs)
                .SelectMany(need => need.Hosts)
                .Where(host => host != group.Key)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal).ToList(),
            StringComparer.Ordinal);
        var cycles = new List<IReadOnlyList<string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in next.Keys.Order(StringComparer.Ordinal))
        {
            if (Shortest(start, next) is { } cycle && seen.Add(string.Join('|', cycle.Order(StringComparer.Ordinal)))) cycles.Add(cycle);
        }

        return cycles;
    }

    private static List<string>? Shortest(string start, Dictionary<string, List<string>> next)
    {
        var cameFrom = new Dictionary<string, string>(StringComparer.Ordinal);
        var waiting = new Queue<string>([start]);
        while (waiting.TryDequeue(out var at))
        {
            foreach (var to in next.GetValueOrDefault(at) ?? [])
            {
                if (to == start)
                {
                    var way = new List<string> { at };
                    while (way[^1] != start) way.Add(cameFrom[way[^1]]);
                    way.Reverse();
                    return way;
                }

                if (cameFrom.TryAdd(to, at)) waiting.Enqueue(to);
            }
        }

        return null;
    }
}
