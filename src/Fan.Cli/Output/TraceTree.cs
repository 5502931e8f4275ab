using Fan.Context;

namespace Fan.Cli.Output;

/// <summary>Prints recorded calls as a tree with times.</summary>
internal static class TraceTree
{
    public static void Write(TextWriter output, Colours colours, IReadOnlyList<CallSpan> spans)
    {
        var children = spans.ToLookup(span => span.ParentId);
        WriteBelow(CallTrace.Root, "", isTop: true);

        void WriteBelow(int parent, string indent, bool isTop)
        {
            var steps = children[parent].ToList();
            for (var i = 0; i < steps.Count; i++)
            {
                var step = steps[i];
                var isLast = i == steps.Count - 1;
                var branch = isTop ? "" : isLast ? "└─ " : "├─ ";
                var verb = step.Kind switch
                {
                    CallSpanKind.Client => step.Transport is null ? "calls" : "calls over " + SafeText.Line(step.Transport, 32),
                    CallSpanKind.Server => "serves",
                    _ => "runs"
                };
                var error = step.Error is null ? "" : " " + colours.Error("! " + SafeText.Line(step.Error, 200));
                var side = colours.Faint($"{SafeText.Line(step.Application, 130)} {verb}");
                var time = colours.Number($"{step.Duration.TotalMilliseconds:0.0} ms");
                output.WriteLine($"{indent}{branch}{SafeText.Line(step.Name, 300)} {side} {time}{error}");
                WriteBelow(step.Id, indent + (isTop ? "" : isLast ? "   " : "│  "), isTop: false);
            }
        }
    }
}
