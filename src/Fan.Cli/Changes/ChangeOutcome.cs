using System.Text.Json;
using Fan.Switching;
using Fan.Tree;

namespace Fan.Cli.Changes;

/// <summary>What a change came to, for programs.</summary>
internal sealed record ChangeOutcome
{
    public required CommitReport Commit { get; init; }

    /// <summary>How many applications have applied it.</summary>
    public required int Applications { get; init; }

    public required double AppliedMs { get; init; }

    /// <summary>Left out where calls from before were still under way.</summary>
    public double? DrainedMs { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What was seen of its services' calls, where that was asked for.</summary>
    public IReadOnlyList<WatchedCalls>? Watched { get; init; }

    public static ChangeOutcome Of(ChangeReport report) => new()
    {
        Commit = CommitReport.Of(report.Commit),
        Applications = report.Applications,
        AppliedMs = report.Applied.TotalMilliseconds,
        DrainedMs = report.Drained?.TotalMilliseconds,
        Warnings = report.Warnings,
    };
}

/// <summary>Calls of a service while it was watched.</summary>
internal sealed record WatchedCalls(string Service, long Calls, long Failed, double? P99Ms)
{
    public static WatchedCalls Of(string service, Observing.ObservedCalls calls) =>
        new(service, calls.Calls, calls.Failed, calls.Percentile(0.99)?.TotalMilliseconds);

    public override string ToString() =>
        $"{Service}: {Calls} calls, {Failed} failed{(P99Ms is { } time ? $", 99 of 100 within {time:0.0} ms" : "")}";
}

/// <summary>A commit for programs.</summary>
internal sealed record CommitReport
{
    public required long Number { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Reason { get; init; }

    public long? Reverts { get; init; }

    public required IReadOnlyList<string> Overridden { get; init; }

    public required IReadOnlyList<EditReport> Edits { get; init; }

    public static CommitReport Of(Commit commit) => new()
    {
        Number = commit.Number,
        Author = commit.Author,
        At = commit.At,
        Reason = commit.Reason,
        Reverts = commit.Reverts,
        Overridden = commit.Overridden,
        Edits = [.. commit.Edits.Select(EditReport.Of)],
    };
}

/// <summary>An edit for programs: JSON before and after, left out where there is none.</summary>
internal sealed record EditReport(string Path, JsonElement? Before, JsonElement? After)
{
    public static EditReport Of(TreeEdit edit) => new(edit.Path, Parse(edit.Before), Parse(edit.After));

    public static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);
}
