using System.Diagnostics;
using System.Diagnostics.Metrics;
using Fan.Diagnostics;

namespace Fan.Queues;

/// <summary>The span and duration of the sending of one message, from its start to <see cref="End"/>.</summary>
internal sealed class PushMeasure(Histogram<double> durations, Counter<long> sent, Activity? activity, string service)
{
    private readonly long _start = durations.Enabled ? Stopwatch.GetTimestamp() : 0;
    private string _system = "fan";

    public Activity? Activity => activity;

    /// <summary>Says over which queues it goes.</summary>
    public void Over(string transport) => _system = transport;

    public void End(Exception? error)
    {
        if (activity is not null)
        {
            activity.SetTag("messaging.system", _system);
            if (error is not null)
            {
                activity.SetStatus(ActivityStatusCode.Error, ExceptionText.MessageOf(error));
                activity.SetTag("error.type", CallMeasure.ErrorType(error));
            }

            activity.Dispose();
        }

        if (!sent.Enabled && _start == 0) return;
        var tags = new TagList
        {
            { "messaging.system", _system },
            { "messaging.destination.name", service },
            { "messaging.operation.name", "send" }
        };
        if (error is not null) tags.Add("error.type", CallMeasure.ErrorType(error));
        sent.Add(1, tags);
        if (_start != 0) durations.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, tags);
    }
}
