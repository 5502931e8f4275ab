using System.Globalization;
using System.Text.Json;
using Fan.Conformance.Histories;

namespace Fan.Loss;

/// <summary>What a run came to.</summary>
internal sealed record LossReport
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required string Route { get; init; }

    public required int Messages { get; init; }

    public required double Seconds { get; init; }

    /// <summary>How often what was killed.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>Pushes that were not accepted, and were sent again, by their error.</summary>
    public required IReadOnlyDictionary<string, int> Refused { get; init; }

    public required PushVerdict Verdict { get; init; }

    /// <summary>Why the run ended early; null where it did not.</summary>
    public string? Problem { get; init; }

    public IEnumerable<string> Lines
    {
        get
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Route}: {Verdict.Accepted:N0} accepted and {Verdict.Handled:N0} handled in {Seconds:0} s; killed: {Text(Faults)}; not accepted, and sent again: {Text(Refused)}");
            yield return string.Create(CultureInfo.InvariantCulture, $"{Verdict.Lost:N0} lost, {Verdict.DeadLettered:N0} dead letters, {Verdict.Duplicates:N0} delivered again, {Verdict.Unconfirmed:N0} handled whose acceptance nobody knows");
            if (Verdict.Lost > 0) yield return $"Lost: {string.Join(", ", Verdict.Examples)}{(Verdict.Lost > Verdict.Examples.Count ? ", …" : "")}";
            if (Problem is not null) yield return Problem;
        }
    }

    public async Task WriteAsync(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, Indented);
    }

    private static string Text(IReadOnlyDictionary<string, int> counts) => counts.Count == 0 ? "none" : string.Join(", ", counts.OrderBy(count => count.Key).Select(count => $"{count.Value:N0} {count.Key}"));
}
