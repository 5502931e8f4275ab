using System.Globalization;
using Fan.Meaning.Tests.Cases;
using Fan.Meaning.Tests.Routes;

namespace Fan.Meaning.Tests;

/// <summary>A type means one thing on every way that it can go.</summary>
public sealed class MeaningTests(ITestOutputHelper output)
{
    [Fact]
    public void A_value_arrives_as_the_same_on_every_way()
    {
        var text = new System.Text.StringBuilder();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var first = int.Parse(Environment.GetEnvironmentVariable("FIRST") ?? "1", CultureInfo.InvariantCulture);
        var count = int.Parse(Environment.GetEnvironmentVariable("COUNT") ?? "80", CultureInfo.InvariantCulture);
        var reduce = Environment.GetEnvironmentVariable("REDUCE") is { } limit ? int.Parse(limit, CultureInfo.InvariantCulture) : 0;
        void Line(string line)
        {
            text.AppendLine(line);
            File.AppendAllText((Environment.GetEnvironmentVariable("OUT") ?? "/tmp/meaning.txt"), line + "\n");
        }

        File.WriteAllText((Environment.GetEnvironmentVariable("OUT") ?? "/tmp/meaning.txt"), "");
        for (var i = 0; i < count; i += 80)
        {
            var batch = Batch.Run(Enumerable.Range(first + i, Math.Min(80, count)).Select(seed => Case.From(seed)));
            Line($"batch {first + i}: {watch.Elapsed} cpu {Environment.CpuUsage.TotalTime.TotalSeconds:F1} ran {batch.Runs.Count} nocode {batch.NoCode.Count} broken {batch.Broken.Count} refused {batch.Runs.Count(r => r.Run.IsRefused)} compact {batch.Runs.Count(r => r.Run.Compact > 1)}/{batch.Runs.Sum(r => r.Run.Compact)} comparisons {batch.Runs.Sum(r => r.Run.Comparisons)} differing cases {batch.Runs.Count(r => r.Run.Differences.Count > 0)}");
            foreach (var (c, error) in batch.NoCode) Line("NOCODE " + c.Seed + " " + error);
            foreach (var (c, error) in batch.Broken) Line("BROKEN " + c.Seed + " " + error);
            foreach (var (c, run) in batch.Runs.Where(r => r.Run.IsRefused && r.Run.ReferenceKeepsAll)) Line("REFUSED WITHOUT REASON " + c.Seed + " " + batch.Refusals.GetValueOrDefault(c.Seed));
            foreach (var (c, run) in batch.Runs)
            {
                foreach (var d in run.Differences.DistinctBy(d => d.Sort + d.Method)) Line("DIFF " + c.Seed + " " + d);
                if (run.Differences.FirstOrDefault(d => d.Method == "EchoAsync" && d.Sort.StartsWith("json / compact, result", StringComparison.Ordinal)) is { } chosen && !System.Text.RegularExpressions.Regex.IsMatch(c.Source, Environment.GetEnvironmentVariable("SKIP") ?? "@@@@", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)) && reduce-- > 0)
                {
                    Difference? last = null;
                    var small = Fan.Meaning.Tests.Reducing.Reducer.Reduce(c, b => b.Runs is [(_, var r)] && r.Differences.FirstOrDefault(d => d.Sort == chosen.Sort && d.Method == chosen.Method && d.Text.Contains("arrived as", StringComparison.Ordinal) == chosen.Text.Contains("arrived as", StringComparison.Ordinal)) is { } found && (last = found) is not null);
                    Line($"REDUCED {watch.Elapsed}\n{small.Source}\n{last}\nEND");
                }
            }
        }

        output.WriteLine(text.ToString()[..Math.Min(3000, text.Length)]);
    }
}
