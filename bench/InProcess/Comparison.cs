namespace InProcess;

/// <summary>A row of the result: medians over the rounds; ratios are taken within a round, then their median.</summary>
internal sealed record Row(string Name, string Operation, double Ns, double Ratio, double Bytes);

/// <summary>Lets all contenders take turns, round after round, so that whatever disturbs the machine disturbs all alike.</summary>
internal static class Comparison
{
    private static readonly string[] Operations = ["echo", "add"];

    public static async Task<List<Row>> RunAsync(
        IReadOnlyList<Entry> entries, int rounds, double sliceSeconds, bool quick, TextWriter progress)
    {
        var rows = new List<Row>();
        foreach (var operation in Operations)
        {
            var calls = new Dictionary<Entry, int>();
            foreach (var entry in entries)
            {
                progress.Write($"\r{operation}: {entry.Name} warms up            ");
                calls[entry] = await WarmUp.RunAsync(entry, operation, sliceSeconds, quick);
            }

            var results = entries.ToDictionary(entry => entry, _ => new List<Slice>());
            for (var round = 0; round < rounds; round++)
            {
                for (var turn = 0; turn < entries.Count; turn++)
                {
                    var entry = entries[(turn + round) % entries.Count];
                    results[entry].Add(await Slice.MeasureAsync(entry, operation, calls[entry]));
                }

                progress.Write($"\r{operation}: round {round + 1} of {rounds}            ");
            }

            var direct = results[entries[0]];
            rows.AddRange(entries.Select(entry => new Row(
                entry.Name,
                operation,
                Median(results[entry].Select(slice => slice.Nanoseconds)),
                Median(results[entry].Select((slice, round) => slice.Nanoseconds / direct[round].Nanoseconds)),
                Median(results[entry].Select(slice => slice.BytesPerCall)))));
        }

        progress.Write("\r                              \r");
        return rows;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
