using System.Text.Json;

namespace CrossProcess;

/// <summary>
/// A row of the result: medians over the rounds. The ratio is of CPU to the row's peer, taken within a round before its median.
/// </summary>
internal sealed record Row(
    string Name,
    string Payload,
    int Callers,
    double CallsPerSecond,
    double P50,
    double P99,
    double Cpu,
    double Bytes,
    string? Peer,
    double? Ratio);

/// <summary>Lets all contenders take turns, round after round, so that whatever disturbs the machine disturbs all alike.</summary>
internal static class Comparison
{
    /// <param name="payloads">What is carried.</param>
    /// <param name="callerCounts">How many call at once.</param>
    /// <param name="peers">Whom a contender is held against.</param>
    public static async Task<List<Row>> RunAsync(
        IReadOnlyList<(string Name, ChildProcess Process)> contenders,
        IEnumerable<Payload> payloads,
        IReadOnlyList<int> callerCounts,
        IReadOnlyDictionary<string, string> peers,
        int rounds,
        double sliceSeconds,
        TextWriter progress)
    {
        var rows = new List<Row>();
        foreach (var payload in payloads)
        {
            foreach (var callers in callerCounts)
            {
                var results = contenders.ToDictionary(contender => contender.Name, _ => new List<Slice>());
                for (var round = 0; round < rounds; round++)
                {
                    await progress.WriteAsync($"\r{payload.Name}, {callers} callers: round {round + 1} of {rounds}   ");
                    for (var turn = 0; turn < contenders.Count; turn++)
                    {
                        var (name, process) = contenders[(turn + round) % contenders.Count];
                        results[name].Add(await AskAsync(process, payload.Name, callers, sliceSeconds));
                    }
                }

                rows.AddRange(contenders.Select(
                    contender => Summarize(contender.Name, payload.Name, callers, results, peers.GetValueOrDefault(contender.Name))));
            }
        }

        await progress.WriteAsync("\r                                                  \r");
        return rows;
    }

    /// <summary>The medians over several starts of the same contenders.</summary>
    public static List<Row> Merge(IEnumerable<List<Row>> runs) =>
    [
        .. runs.SelectMany(rows => rows).GroupBy(row => (row.Name, row.Payload, row.Callers)).Select(same => same.First() with
        {
            CallsPerSecond = Median(same.Select(row => row.CallsPerSecond)),
            P50 = Median(same.Select(row => row.P50)),
            P99 = Median(same.Select(row => row.P99)),
            Cpu = Median(same.Select(row => row.Cpu)),
            Bytes = Median(same.Select(row => row.Bytes)),
            Ratio = same.All(row => row.Ratio is null) ? null : Median(same.Select(row => row.Ratio).OfType<double>()),
        }),
    ];

    private static Row Summarize(string name, string payload, int callers, Dictionary<string, List<Slice>> results, string? peer)
    {
        var own = results[name];
        var against = peer is null ? null : results.GetValueOrDefault(peer);
        return new Row(
            name,
            payload,
            callers,
            Median(own.Select(slice => slice.CallsPerSecond)),
            Median(own.Select(slice => slice.P50)),
            Median(own.Select(slice => slice.P99)),
            Median(own.Select(slice => slice.CpuPerCall)),
            Median(own.Select(slice => slice.Bytes)),
            against is null ? null : peer,
            against is null ? null : Median(own.Select((slice, round) => slice.CpuPerCall / against[round].CpuPerCall)));
    }

    private static async Task<Slice> AskAsync(ChildProcess process, string payload, int callers, double seconds)
    {
        var line = await process.AskAsync(
            FormattableString.Invariant($$"""{"payload":"{{payload}}","callers":{{callers}},"seconds":{{seconds}}}"""));
        using var answer = JsonDocument.Parse(line);
        var root = answer.RootElement;
        if (root.TryGetProperty("error", out var error)) throw new InvalidOperationException(error.GetString());
        return new Slice(
            root.GetProperty("calls").GetInt64(), root.GetProperty("seconds").GetDouble(), root.GetProperty("p50").GetDouble(),
            root.GetProperty("p99").GetDouble(), root.GetProperty("cpu_s").GetDouble(), root.GetProperty("bytes").GetDouble());
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
