using System.Diagnostics;
using System.Diagnostics.Metrics;
using Fan.Context;

namespace Fan.Diagnostics;

/// <summary>One call's, or one handling's, span and duration, from its start to <see cref="End"/>.</summary>
internal readonly struct CallMeasure
{
    private readonly Histogram<double> _durations;
    private readonly string _service;
    private readonly string _method;
    private readonly long _start;
    private readonly DeliveredPush? _push;

    /// <summary>The handling of a push, whose span has its tags.</summary>
    public CallMeasure(Histogram<double> durations, Activity? activity, string service, DeliveredPush push)
    {
        _durations = durations;
        _service = service;
        _method = "";
        _push = push;
        Activity = activity;
        _start = durations.Enabled ? Stopwatch.GetTimestamp() : 0;
    }

    public CallMeasure(Histogram<double> durations, Activity? activity, string service, string method)
    {
        _durations = durations;
        _service = service;
        _method = method;
        Activity = activity;
        _start = durations.Enabled ? Stopwatch.GetTimestamp() : 0;
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("rpc.system", "fan");
            activity.SetTag("rpc.service", service);
            activity.SetTag("rpc.method", method);
        }
    }

    public Activity? Activity { get; }

    public void End(Exception? error)
    {
        if (Activity is { } activity)
        {
            if (error is not null && activity.IsAllDataRequested)
            {
                activity.SetStatus(ActivityStatusCode.Error, ExceptionText.MessageOf(error));
                activity.SetTag("error.type", ErrorType(error));
            }

            activity.Dispose();
        }

        if (_start == 0) return;
        var tags = _push is { } push
            ? new TagList
            {
                { "messaging.system", push.Transport },
                { "messaging.destination.name", _service },
                { "messaging.consumer.group.name", push.Info.Group }
            }

            : new TagList { { "rpc.system", "fan" }, { "rpc.service", _service }, { "rpc.method", _method } };
        if (error is not null) tags.Add("error.type", ErrorType(error));
        _durations.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, tags);
    }

    public static string ErrorType(Exception error) => error switch
    {
        FanException fan => fan.Code,
        OperationCanceledException => ErrorCodes.Cancelled,
        _ => ExceptionText.TypeOf(error),
    };
}
