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

    /// <summary>How often what was done.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>Pushes that were not accepted, and were sent again, by their error.</summary>
    public required IReadOnlyDictionary<string, int> Refused { get; init; }

    public required PushVerdict Verdict { get; init; }

    /// <summary>How often pushes met what they bring along, and what consumers told.</summary>
    public required IReadOnlyDictionary<string, int> Met { get; init; }

    /// <summary>What was deleted, and how much stood there.</summary>
    public required IReadOnlyList<string> Deleted { get; init; }

    /// <summary>Accepted pushes that stood in what was deleted, and so came no more.</summary>
    public required int Explained { get; init; }

    public required AttemptVerdict Attempts { get; init; }

    /// <summary>Handlers that were left behind, or should have been, without a word in the log.</summary>
    public required int Untold { get; init; }

    /// <summary>Dead letters of pushes that some attempt would have handled.</summary>
    public required IReadOnlyList<string> WronglyDead { get; init; }

    /// <summary>What consumers and pushers were told last.</summary>
    public required IReadOnlyList<string> LastTold { get; init; }

    /// <summary>Whether nothing was lost or stuck, and every number and word was right.</summary>
    public bool Holds => Verdict.Holds && Attempts.Holds && Untold == 0 && WronglyDead.Count == 0 && Problem is null;

    /// <summary>Why the run ended early; null where it did not.</summary>
    public string? Problem { get; init; }

    public IEnumerable<string> Lines
    {
        get
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Route}: {Verdict.Accepted + Explained:N0} accepted and {Verdict.Handled:N0} handled in {Seconds:0} s; done: " +
                $"{Text(Faults)}; not accepted, and sent again: {Text(Refused)}");
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Verdict.Lost:N0} lost, {Verdict.DeadLettered:N0} dead letters, {Verdict.Duplicates:N0} delivered again, " +
                $"{Verdict.Unconfirmed:N0} handled whose acceptance nobody knows");
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Attempts.Pushes:N0} pushes whose attempts were looked at, {Attempts.Wrong:N0} of them wrong; met: " +
                $"{Text(Met)}; {Untold:N0} untold");
            if (Deleted.Count > 0)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"{Explained:N0} gone with what was deleted: {string.Join(", ", Deleted)}");
            }
            foreach (var example in Attempts.Examples) yield return $"Wrong attempts of {example}";
            if (WronglyDead.Count > 0) yield return $"Wrongly dead: {string.Join("; ", WronglyDead)}";
            if (Verdict.Lost > 0)
            {
                yield return $"Lost: {string.Join(", ", Verdict.Examples)}{(Verdict.Lost > Verdict.Examples.Count ? ", …" : "")}";
            }
            if (Problem is not null) yield return Problem;
            if (Holds) yield break;
            foreach (var told in LastTold) yield return $"Told at last: {told}";
        }
    }

    public async Task WriteAsync(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, this, Indented);
    }

    private static string Text(IReadOnlyDictionary<string, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.OrderBy(count => count.Key).Select(count => $"{count.Value:N0} {count.Key}"));
}
