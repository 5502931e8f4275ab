using System.Globalization;
using System.Text.Json;
using Fan.Conformance.Histories;
using SwitchBench.Faults;

namespace SwitchBench;

/// <summary>What was done in a run.</summary>
/// <param name="Changes">Switches and reverts; the first one stands for what was before.</param>
/// <param name="Splits">Changes of a split.</param>
/// <param name="Repeats">Changes that ended with an error, and were made again.</param>
/// <param name="AppliedMs">The time from each commit until everybody had applied it.</param>
/// <param name="Faults">The faults.</param>
/// <param name="Elapsed">The whole time.</param>
internal sealed record Played(
    IReadOnlyList<VersionChange> Changes,
    int Splits,
    int Repeats,
    IReadOnlyList<double> AppliedMs,
    IReadOnlyList<Fault> Faults,
    TimeSpan Elapsed)
{
    public int Switches => Changes.Count - 1;
}

/// <summary>What a run came to.</summary>
/// <param name="Played">What was done.</param>
/// <param name="Verdict">What the calls say of switches.</param>
/// <param name="MixedSplits">Trees that met both sides of a split.</param>
/// <param name="ExplainedBy">Failed calls that a fault explains, by its kind.</param>
/// <param name="Quiet">How long calls took while nothing was changed.</param>
/// <param name="Changing">How long those took that met a change.</param>
internal sealed record Result(
    Played Played,
    HistoryVerdict Verdict,
    int MixedSplits,
    IReadOnlyDictionary<string, int> ExplainedBy,
    Distribution Quiet,
    Distribution Changing)
{
    /// <summary>Whether every promise held.</summary>
    public bool Holds => Verdict.Holds && MixedSplits == 0;

    // The first one is the begin of the run.
    private Distribution Applied => new(Played.AppliedMs.Skip(1));

    public static Result Judge(Played played, IReadOnlyList<RootCall> calls)
    {
        var windows = played.Faults.Where(fault => fault.Explains is not null).ToList();
        // The first two met what is switched, the others what is split.
        var verdict = HistoryChecker.Check(
            [.. calls.Select(call => call with { Versions = [.. call.Versions.Take(2)] })],
            played.Changes,
            [.. windows.Select(fault => fault.Explains!)]);
        var explained = calls.Where(call => call.Error is not null)
            .Select(call => windows.Find(
                fault => call.Started <= fault.Explains!.To && call.Ended >= fault.Explains.From)?.Kind).OfType<string>()
            .GroupBy(kind => kind, StringComparer.Ordinal).ToDictionary(kind => kind.Key, kind => kind.Count(), StringComparer.Ordinal);
        var (quiet, changing) = (new List<double>(), new List<double>());
        foreach (var call in calls.Where(
            call => call.Error is null && !played.Faults.Any(fault => call.Started <= fault.To && call.Ended >= fault.From)))
        {
            (played.Changes.Any(change => call.Started <= change.Returned && call.Ended >= change.Begun) ? changing : quiet).Add(
                (call.Ended - call.Started) * 1000.0 / System.Diagnostics.Stopwatch.Frequency);
        }
        return new Result(
            played,
            verdict,
            calls.Count(call => call.Versions.Skip(2).Distinct(StringComparer.Ordinal).Count() > 1),
            explained,
            new Distribution(quiet),
            new Distribution(changing));
    }

    public void Print(Options options)
    {
        var faults = Played.Faults.GroupBy(fault => fault.Kind, StringComparer.Ordinal).Select(kind => $"{kind.Count()} {kind.Key}");
        var barrier = options.Barrier ? ", with barrier" : "";
        var repeats = Played.Repeats > 0 ? $" ({Played.Repeats} repeated after an error)" : "";
        var explained = string.Join(", ", ExplainedBy.Select(kind => $"{kind.Value} by {kind.Key}"));
        var quiet = string.Create(CultureInfo.InvariantCulture, $"median {Quiet.At(0.5):0.00} ms, p99 {Quiet.At(0.99):0.0} ms");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            store                {options.StoreName}; {options.Applications} applications over {string.Join(", ", options.Routes)}{barrier}
            switches             {Played.Switches}, and {Played.Splits} changes of a split{repeats}
            faults               {(Played.Faults.Count == 0 ? "none" : string.Join(", ", faults))}
            calls                {Verdict.Calls} ({Verdict.Calls / Played.Elapsed.TotalSeconds:0} per second)
            failed calls         {Verdict.Failed}{(Verdict.Explained > 0 ? $" (explained: {explained})" : "")}
            mixed trees          {Verdict.Mixed + MixedSplits}
            late root calls      {Verdict.Late}
            early root calls     {Verdict.Early}
            applied everywhere   median {Applied.At(0.5):0.0} ms, p99 {Applied.At(0.99):0.0} ms
            calls meanwhile      median {Changing.At(0.5):0.00} ms, p99 {Changing.At(0.99):0.0} ms; while nothing changes {quiet}
            """));
        foreach (var example in Verdict.Examples) Console.WriteLine("  " + example);
        if (Holds) return;
        foreach (var fault in Played.Faults) Console.WriteLine($"  {fault.Kind} of {fault.Of} from {fault.From} to {fault.To}");
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("switches", Played.Switches);
        json.WriteNumber("splits", Played.Splits);
        json.WriteNumber("repeated_changes", Played.Repeats);
        json.WriteNumber("calls", Verdict.Calls);
        json.WriteNumber("failed_calls", Verdict.Failed);
        json.WriteNumber("explained_failures", Verdict.Explained);
        json.WriteStartObject("explained_by");
        foreach (var (kind, count) in ExplainedBy) json.WriteNumber(kind, count);
        json.WriteEndObject();
        json.WriteStartObject("faults");
        foreach (var kind in Played.Faults.GroupBy(fault => fault.Kind, StringComparer.Ordinal)) json.WriteNumber(kind.Key, kind.Count());
        json.WriteEndObject();
        json.WriteNumber("mixed_trees", Verdict.Mixed + MixedSplits);
        json.WriteNumber("late_roots", Verdict.Late);
        json.WriteNumber("early_roots", Verdict.Early);
        json.WriteNumber("applied_ms_median", Applied.At(0.5));
        json.WriteNumber("applied_ms_p99", Applied.At(0.99));
        json.WriteNumber("call_ms_median", Quiet.At(0.5));
        json.WriteNumber("call_ms_p99", Quiet.At(0.99));
        json.WriteNumber("call_ms_median_during_change", Changing.At(0.5));
        json.WriteNumber("call_ms_p99_during_change", Changing.At(0.99));
    }
}
