using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Fan.Diagnostics;

/// <summary>One call's span and duration, from its start to <see cref="End"/>.</summary>
internal readonly struct CallMeasure
{
    private readonly Histogram<double> _durations;
    private readonly string _service;
    private readonly string _method;
    private readonly long _start;

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
                activity.SetStatus(ActivityStatusCode.Error, error.Message);
                activity.SetTag("error.type", ErrorType(error));
            }

            activity.Dispose();
        }

        if (_start == 0) return;
        var tags = new TagList { { "rpc.system", "fan" }, { "rpc.service", _service }, { "rpc.method", _method } };
        if (error is not null) tags.Add("error.type", ErrorType(error));
        _durations.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, tags);
    }

    public static string ErrorType(Exception error) => error switch
    {
        FanException fan => fan.Code,
        OperationCanceledException => ErrorCodes.Cancelled,
        _ => error.GetType().FullName ?? error.GetType().Name,
    };
}
