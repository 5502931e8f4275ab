using System.Diagnostics;
using System.Diagnostics.Metrics;
using Fan.Context;
using Fan.Diagnostics;
using Fan.Queues;

namespace Fan.Queues;

/// <summary>
/// The spans and metrics of pushes, under the names of the OpenTelemetry conventions for messaging. Safe from any thread.
/// </summary>
internal sealed class QueueTelemetry
{
    private readonly Histogram<double> _sending;
    private readonly Histogram<double> _processing;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _settled;
    private readonly UpDownCounter<long> _hanging;

    public QueueTelemetry(FanTelemetry telemetry)
    {
        var meter = telemetry.Meter;
        _sending = meter.CreateHistogram<double>(
            "messaging.client.operation.duration", "s", "How long it took until pushes were accepted.");
        _processing = meter.CreateHistogram<double>("messaging.process.duration", "s", "How long handlers of pushes took.");
        _sent = meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Pushes that were sent.");
        _consumed = meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Deliveries that were taken from queues.");
        _settled = meter.CreateCounter<long>("fan.queue.settled", "{delivery}", "What became of deliveries: done, retry, dead or release.");
        _hanging = meter.CreateUpDownCounter<long>(
            "fan.queue.hanging_handlers", "{handler}", "Handlers of pushes that go on though their token was cancelled.");
        Depth = meter.CreateObservableGauge(
            "fan.queue.messages", Observe, "{message}", "Messages in the queues that this application consumes, by state.");
    }

    /// <summary>What the depth is asked of; null while nothing is consumed.</summary>
    public Func<IEnumerable<QueueStatus>>? Queues { get; set; }

    /// <summary>Whether anybody wants to know how much is in the queues.</summary>
    public bool WantsDepth => Depth.Enabled;

    private ObservableGauge<long> Depth { get; }

    public PushMeasure StartSend(string service, string method, string id)
    {
        var activity = FanTelemetry.Source.HasListeners()
            ? FanTelemetry.Source.StartActivity($"send {service}/{method}", ActivityKind.Producer)
            : null;
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.operation.name", "send");
            activity.SetTag("messaging.operation.type", "send");
            Describe(activity, service, method, id);
        }

        return new PushMeasure(_sending, _sent, activity, service);
    }

    public CallMeasure StartProcess(string service, string method, DeliveredPush push, ActivityContext parent)
    {
        var activity = FanTelemetry.Source.HasListeners()
            ? FanTelemetry.Source.StartActivity($"process {service}/{method}", ActivityKind.Consumer, parent)
            : null;
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.operation.name", "process");
            activity.SetTag("messaging.operation.type", "process");
            activity.SetTag("messaging.system", push.Transport);
            activity.SetTag("messaging.consumer.group.name", push.Info.Group);
            if (push.Info.Attempt > 1) activity.SetTag("fan.attempt", push.Info.Attempt);
            Describe(activity, service, method, push.Info.MessageId);
        }

        return new CallMeasure(_processing, activity, service, push);
    }

    public void Settled(QueueName queue, string transport, QueueSettlement settlement)
    {
        if (!_settled.Enabled && !_consumed.Enabled) return;
        var tags = new TagList
        {
            { "messaging.system", transport },
            { "messaging.destination.name", queue.Service },
            { "messaging.consumer.group.name", queue.Group }
        };
        _consumed.Add(1, tags);
        tags.Add("fan.outcome", settlement.Outcome switch
        {
            QueueOutcome.Done => "done",
            QueueOutcome.Retry => "retry",
            QueueOutcome.Dead => "dead",
            _ => "release"
        });
        if (settlement.Reason is { } reason) tags.Add("error.type", reason);
        _settled.Add(1, tags);
    }

    /// <summary>One handler more, or less, goes on past its time.</summary>
    public void Hanging(QueueName queue, int change) =>
        _hanging.Add(change, new("messaging.destination.name", queue.Service), new("messaging.consumer.group.name", queue.Group));

    private static void Describe(Activity activity, string service, string method, string id)
    {
        activity.SetTag("messaging.destination.name", service);
        activity.SetTag("messaging.message.id", id);
        activity.SetTag("fan.method", method);
    }

    private IEnumerable<Measurement<long>> Observe()
    {
        foreach (var status in Queues?.Invoke() ?? [])
        {
            foreach (var (state, count) in new[]
            {
                ("waiting", status.Waiting),
                ("scheduled", status.Scheduled),
                ("in_flight", status.InFlight),
                ("dead", status.Dead)
            })
            {
                if (count is { } known)
                {
                    yield return new Measurement<long>(
                        known,
                        new("messaging.destination.name", status.Queue.Service),
                        new("messaging.consumer.group.name", status.Queue.Group),
                        new("fan.state", state));
                }
            }
        }
    }
}
