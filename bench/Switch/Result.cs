using System.Globalization;
using System.Text.Json;
using Fan.Conformance.Histories;

namespace SwitchBench;

/// <summary>What a run came to.</summary>
internal sealed record Result(int Switches, HistoryVerdict Verdict, List<double> AppliedMs, TimeSpan Elapsed)
{
    public void Print(Options options)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            store                {options.Store.Split(':')[0]}, {options.Applications} applications over {string.Join(", ", options.Routes)}{(options.Faults ? ", with faults" : "")}{(options.Barrier ? ", with barrier" : "")}
            switches             {Switches}
            calls                {Verdict.Calls} ({Verdict.Calls / Elapsed.TotalSeconds:0} per second)
            failed calls         {Verdict.Failed}{(Verdict.Explained > 0 ? $" ({Verdict.Explained} more in flight on what was killed)" : "")}
            mixed trees          {Verdict.Mixed}
            late root calls      {Verdict.Late}
            applied everywhere   median {Quantile(0.5):0.0} ms, p99 {Quantile(0.99):0.0} ms
            """));
        foreach (var example in Verdict.Examples) Console.WriteLine("  " + example);
    }

    public void Write(string path, Options options)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("store", options.Store.Split(':')[0]);
        json.WriteNumber("applications", options.Applications);
        json.WriteNumber("switches", Switches);
        json.WriteNumber("calls", Verdict.Calls);
        json.WriteNumber("failed_calls", Verdict.Failed);
        json.WriteNumber("explained_failures", Verdict.Explained);
        json.WriteNumber("mixed_trees", Verdict.Mixed);
        json.WriteNumber("late_roots", Verdict.Late);
        json.WriteNumber("early_roots", Verdict.Early);
        json.WriteNumber("applied_ms_median", Math.Round(Quantile(0.5), 2));
        json.WriteNumber("applied_ms_p99", Math.Round(Quantile(0.99), 2));
        json.WriteEndObject();
    }

    private double Quantile(double q)
    {
        // The first one is the begin of the run.
        var sorted = AppliedMs.Skip(1).Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[(int)Math.Min(sorted.Count - 1, q * sorted.Count)];
    }
}
