using Fan.Context;

namespace WineStore;

/// <summary>Prints recorded calls as a tree.</summary>
internal static class TraceTree
{
    public static void Write(TextWriter output, IReadOnlyList<CallSpan> spans) => Write(output, spans, CallTrace.Root, "  ");

    private static void Write(TextWriter output, IReadOnlyList<CallSpan> spans, int parent, string indent)
    {
        foreach (var span in spans.Where(span => span.ParentId == parent))
        {
            output.WriteLine(
                $"{indent}{span.Name} ({span.Application}, " +
                $"{(span.Kind == CallSpanKind.Client ? "calls" : "serves")}" +
                $"{(span is { Kind: CallSpanKind.Client, Transport: { } transport } ? " over " + transport : "")}) " +
                $"{span.Duration.TotalMilliseconds:0.0} ms{(span.Error is null ? "" : "  ! " + span.Error)}");
            Write(output, spans, span.Id, indent + "  ");
        }
    }
}
