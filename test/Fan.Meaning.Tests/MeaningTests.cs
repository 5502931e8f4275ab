using System.Globalization;
using System.Text;
using Fan.Meaning.Tests.Cases;
using Fan.Meaning.Tests.Reducing;
using Fan.Meaning.Tests.Routes;

namespace Fan.Meaning.Tests;

/// <summary>
/// A type means one thing on every way that it can go: what arrives by JSON, in the compact form and by a copied local call is what the
/// serializer alone makes of it.
/// </summary>
/// <remarks>
/// A failure prints the seed of its case; <c>FAN_MEANING_SEED=…</c> plays it again. <c>FAN_MEANING_CASES=…</c> runs as many more of fresh
/// seeds.
/// </remarks>
public sealed class MeaningTests(ITestOutputHelper output)
{
    private const int Together = 80;
    private const int Constant = 7 * Together;

    [Fact]
    public async Task A_type_means_the_same_on_every_way()
    {
        var replay = Environment.GetEnvironmentVariable("FAN_MEANING_SEED");
        var fresh = Number("FAN_MEANING_CASES") ?? 0;
        var start = Random.Shared.Next(10_000, int.MaxValue - fresh);
        int[] seeds = replay is null
            ? [.. Enumerable.Range(1, Constant), .. Enumerable.Range(start, fresh)]
            : [int.Parse(replay, CultureInfo.InvariantCulture)];
        output.WriteLine(replay is null
            ? $"Seeds 1 to {Constant}{(fresh == 0 ? "" : $", and {start} to {start + fresh - 1}")}"
            : $"Seed {replay}:\n{Case.From(seeds[0]).Source}");

        var batches = await Task.WhenAll(seeds.Chunk(Together)
            .Select(chunk => Task.Run(() => Batch.RunAsync(chunk.Select(Case.From)), TestContext.Current.CancellationToken)));
        var tally = new Tally();
        foreach (var batch in batches) tally.Add(batch);
        output.WriteLine(tally.ToString());
        foreach (var (found, error) in batches.SelectMany(batch => batch.NoCode)) output.WriteLine($"Seed {found.Seed} is no C#: {error}");
        await FailAsync(batches);
        if (replay is not null) return;
        Assert.True(tally.Types >= 500, "Too few types were compared.");
        Assert.True(tally.Compact >= tally.Cases / 3, "Too few contracts were compact.");
        Assert.True(tally.NoCode <= tally.Cases / 20, "Too many cases were no C#.");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static async Task FailAsync(Batch[] batches)
    {
        var text = new StringBuilder();
        foreach (var (found, error) in batches.SelectMany(batch => batch.Broken))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\nSeed {found.Seed}: what was generated does not compile: {error}");
        }
        foreach (var batch in batches)
        {
            foreach (var run in batch.Runs.Where(run => run is { IsRefused: true, ReferenceKeepsAll: true }
                && !Refusals.AreKnown(batch.Refusals.GetValueOrDefault(run.Case.Seed, ""))))
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"\nSeed {run.Case.Seed}: refused without need: {batch.Refusals.GetValueOrDefault(run.Case.Seed)}\n{run.Case.Source}");
            }
        }

        var differing = batches.SelectMany(batch => batch.Runs).Where(run => run.Differences.Count > 0).ToArray();
        foreach (var run in differing.Take(3)) await ExplainAsync(run, text);
        foreach (var run in differing.Skip(3))
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"\nSeed {run.Case.Seed}: " +
                $"{string.Join("\n", run.Differences.DistinctBy(difference => (difference.Sort, difference.Method)))}");
        }
        Assert.True(text.Length == 0, $"{differing.Length} contracts mean different things.{text}");
    }

    private static async Task ExplainAsync(CaseRun run, StringBuilder text)
    {
        var first = run.Differences[0];
        var (small, left) = await Reducer.ReduceAsync(run.Case, first);
        text.AppendLine(CultureInfo.InvariantCulture, $"\nFAN_MEANING_SEED={run.Case.Seed}: {first}\nSmaller:\n{small.Source}\n{left}");
    }
}
