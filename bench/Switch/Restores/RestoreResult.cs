using System.Globalization;
using System.Text.Json;
using Fan.Conformance.Histories;

namespace SwitchBench.Restores;

/// <summary>What a run came to in which the store came back as another one.</summary>
/// <param name="Rounds">Each time.</param>
/// <param name="Verdict">What the calls say; none of the failed ones is explained.</param>
/// <param name="MixedSplits">Trees that met both sides of a split.</param>
/// <param name="MixedMeanwhile">Trees that met two versions while not all followed the same log, which is not promised.</param>
/// <param name="Switches">Switches that were called applied.</param>
/// <param name="Elapsed">The whole time.</param>
internal sealed record RestoreResult(
    IReadOnlyList<Round> Rounds, HistoryVerdict Verdict, int MixedSplits, int MixedMeanwhile, int Switches, TimeSpan Elapsed)
{
    public bool Holds => Verdict.Holds && MixedSplits == 0 && Rounds.All(round => round.Faults.Count == 0);

    public static RestoreResult Judge(
        IReadOnlyList<Round> rounds, IReadOnlyList<RootCall> calls, IReadOnlyList<VersionChange> history, int switches, TimeSpan elapsed)
    {
        // Between the logs only one thing is promised of a call: that it does not fail.
        var between = calls.Where(call => call.Error is null
            && rounds.Any(round => call.Started <= round.Window.To && call.Ended >= round.Window.From)).ToHashSet();
        var judged = calls.Where(call => !between.Contains(call)).ToList();
        var verdict = HistoryChecker.Check([.. judged.Select(call => call with { Versions = [.. call.Versions.Take(2)] })], history, []);
        return new RestoreResult(
            rounds,
            verdict with { Calls = calls.Count },
            judged.Count(call => IsMixed(call.Versions.Skip(2))),
            between.Count(call => IsMixed(call.Versions.Take(2)) || IsMixed(call.Versions.Skip(2))),
            switches,
            elapsed);
    }

    public void Print(Options options)
    {
        var told = Count(Promise.Applied);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            store                {options.StoreName}; {options.Applications} applications over {string.Join(", ", options.Routes)}
            calls                {Verdict.Calls} ({Verdict.Calls / Elapsed.TotalSeconds:0} per second)
            failed calls         {Verdict.Failed}
            mixed trees          {Verdict.Mixed + MixedSplits} (and {MixedMeanwhile} while not all followed the same log)
            late root calls      {Verdict.Late}
            early root calls     {Verdict.Early}
            switches             {Switches}, of which {told} were called applied by more than had applied them, or not by all
            """));
        foreach (var kind in Rounds.GroupBy(round => $"{round.Kind}: {round.What}", StringComparer.Ordinal))
        {
            var follow = new Distribution(kind.Select(round => round.FollowSeconds));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{kind.Count(),3} times {kind.Key}; all followed the same log after {follow.At(0.5):0.00} s (median), " +
                $"{follow.At(1):0.00} s (longest); {kind.Max(round => round.Cpu):0.0%} of a core at rest at the most"));
        }

        foreach (var example in Verdict.Examples) Console.WriteLine("  " + example);
        foreach (var round in Rounds)
        {
            foreach (var fault in round.Faults)
            {
                Console.WriteLine(
                    $"  {round.Kind}, {round.What} from {round.Window.From} to {round.Window.To}: {fault.Promise}: {fault.Detail}");
            }
        }

        Console.WriteLine(Holds ? "every promise held" : "A promise was broken.");
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("calls", Verdict.Calls);
        json.WriteNumber("failed_calls", Verdict.Failed);
        json.WriteNumber("mixed_trees", Verdict.Mixed + MixedSplits);
        json.WriteNumber("mixed_trees_between_logs", MixedMeanwhile);
        json.WriteNumber("late_roots", Verdict.Late);
        json.WriteNumber("early_roots", Verdict.Early);
        json.WriteNumber("switches", Switches);
        json.WriteStartObject("broken_promises");
        foreach (var promise in Enum.GetValues<Promise>()) json.WriteNumber(promise.ToString().ToLowerInvariant(), Count(promise));
        json.WriteEndObject();
        json.WriteStartArray("rounds");
        foreach (var round in Rounds)
        {
            json.WriteStartObject();
            json.WriteString("fault", round.Kind);
            json.WriteString("what", round.What);
            json.WriteNumber("followed_s", Math.Round(round.FollowSeconds, 3));
            json.WriteNumber("cpu", Math.Round(round.Cpu, 4));
            json.WriteString("busiest", round.BusiestProcess);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static bool IsMixed(IEnumerable<string> versions) => versions.Distinct(StringComparer.Ordinal).Count() > 1;

    private int Count(Promise promise) => Rounds.Sum(round => round.Faults.Count(fault => fault.Promise == promise));
}
