using Fan.Context;

namespace Fan.Cli.Output;

/// <summary>A recorded call tree for programs.</summary>
internal sealed record TraceReport(IReadOnlyList<TraceStep> Trace)
{
    public static TraceReport Of(IReadOnlyList<CallSpan> spans) => new([.. spans.Select(span => new TraceStep(
        span.Id,
        span.ParentId == CallTrace.Root ? null : span.ParentId,
        span.Name,
        span.Kind.ToString().ToLowerInvariant(),
        span.Application,
        span.Start.TotalMilliseconds, span.Duration.TotalMilliseconds, span.Transport, span.Error))]);
}

/// <summary>One step of it.</summary>
internal sealed record TraceStep(
    int Id,
    int? ParentId,
    string Name,
    string Kind,
    string Application,
    double StartMs,
    double DurationMs,
    string? Transport,
    string? Error);
