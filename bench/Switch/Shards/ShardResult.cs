using System.Globalization;
using System.Text.Json;
using Fan.Conformance.Histories;

namespace SwitchBench.Shards;

/// <summary>What a run of moves came to.</summary>
/// <param name="Crashes">Workers that were killed.</param>
/// <param name="Unheld">Moves whose new owner did not hold the shard when the move returned.</param>
/// <param name="Verdict">What the history says.</param>
/// <param name="MovedMs">How long each move took, until the new owner held the shard.</param>
/// <param name="Elapsed">The whole time.</param>
internal sealed record ShardResult(int Crashes, int Unheld, OwnerVerdict Verdict, IReadOnlyList<double> MovedMs, TimeSpan Elapsed)
{
    private Distribution Moved => new(MovedMs);

    public void Print(Options options)
    {
        var unheld = Unheld > 0 ? $" ({Unheld} not held when they returned)" : "";
        var explained = Verdict.Explained > 0 ? $" ({Verdict.Explained} more in flight on what was killed)" : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            store                {options.StoreName}, {options.Applications} calling applications over {string.Join(", ", options.Routes)}
            moves                {MovedMs.Count} in {Elapsed.TotalSeconds:0} s{unheld}, with {Crashes} crashes of workers
            calls                {Verdict.Calls} ({Verdict.Calls / Elapsed.TotalSeconds:0} per second)
            failed calls         {Verdict.Failed}{explained}
            double owners        {Verdict.DoubleOwners}
            lower tokens         {Verdict.LowerTokens}
            moved                median {Moved.At(0.5):0.0} ms, p99 {Moved.At(0.99):0.0} ms
            """));
        foreach (var example in Verdict.Examples) Console.WriteLine("  " + example);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("moves", MovedMs.Count);
        json.WriteNumber("unheld_moves", Unheld);
        json.WriteNumber("crashes", Crashes);
        json.WriteNumber("calls", Verdict.Calls);
        json.WriteNumber("failed_calls", Verdict.Failed);
        json.WriteNumber("explained_failures", Verdict.Explained);
        json.WriteNumber("double_owners", Verdict.DoubleOwners);
        json.WriteNumber("lower_tokens", Verdict.LowerTokens);
        json.WriteNumber("move_ms_median", Moved.At(0.5));
        json.WriteNumber("move_ms_p99", Moved.At(0.99));
    }
}
