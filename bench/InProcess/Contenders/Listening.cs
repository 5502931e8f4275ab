using System.Diagnostics;

namespace InProcess.Contenders;

/// <summary>A listener that wants everything of one source, as a tracing exporter does.</summary>
internal static class Listening
{
    public static ActivityListener To(string source)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
