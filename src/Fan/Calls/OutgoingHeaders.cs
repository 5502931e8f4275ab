using System.Diagnostics;
using Fan.Context;
using Fan.Diagnostics;
using Fan.Messaging;
using Fan.Routing;
using Fan.Serving;
using Fan.Versions;
using Microsoft.Extensions.Logging;

namespace Fan.Calls;

/// <summary>
/// The headers in which the current context goes on to another process. What can't go on is counted and logged, as what comes in is. Safe
/// from any thread.
/// </summary>
internal sealed class OutgoingHeaders(FanTelemetry telemetry, ILogger logger)
{
    public MessageHeaders From(CallContext context, Activity? activity, string application, string? shardKeys)
    {
        var headers = new MessageHeaders();
        Fill(headers, context, activity, application, shardKeys);
        return headers;
    }

    public void Fill(MessageHeaders headers, CallContext context, Activity? activity, string application, string? shardKeys)
    {
        activity ??= Activity.Current;
        headers.TraceParent = activity is null ? context.TraceParent : TraceParent.Format(activity);
        // That of an activity is whatever somebody wrote there.
        headers.TraceState = activity is null ? context.TraceState : StateOf(activity);
        if (activity is not null || context.Baggage.Count > 0) headers.Baggage = BaggageOf(context, activity);
        headers.ShardKeys = shardKeys;
        headers.Caller = application;
        headers.User = context.User;
        headers.FencingToken = context.FencingToken;
        if (context.PassedProxies is { } passed) headers.PassedProxies = passed;
    }

    /// <summary>
    /// Those of a call, with what the route and the tree say of it; <paramref name="push"/> where it is a push over a route without queues.
    /// </summary>
    public void FillCall(
        MessageHeaders headers,
        in RouteRequest request,
        Activity? activity,
        string application,
        VersionRange range,
        TimeSpan? left,
        PushDetails? push)
    {
        Fill(headers, request.Context, activity, application, request.Keys);
        headers.TimeToLive = left;
        headers.VersionRange = range.Header;
        headers.Spans = request.Context.Recorder is null ? null : "1";
        if (push is not null)
        {
            // It is handled in a call tree of its own, with the newest snapshot of that time.
            (headers.MessageId, headers.Key, headers.Delay, headers.Lifetime) = (push.Id, push.Key, push.Delay, push.TimeToLive);
        }
        else
        {
            FillTree(headers, request);
        }
    }

    /// <summary>What the tree says of a call.</summary>
    public static void FillTree(MessageHeaders headers, in RouteRequest request)
    {
        // Until something was committed there is one snapshot only.
        if (request.Snapshot.Number > 0) (headers.Snapshot, headers.Draw) = (request.Snapshot.Number, request.Draw);
    }

    private string? StateOf(Activity activity)
    {
        var state = TraceState.Read(activity.TraceStateString, out var wrong);
        if (wrong is null) return state;
        telemetry.Rejected(HeaderNames.TraceState, ErrorCodes.BadMessage);
        TransportLog.TraceStateNotSent(logger, activity.OperationName, wrong);
        return null;
    }

    private string? BaggageOf(CallContext context, Activity? activity)
    {
        var header = Baggage.Format(
            AllBaggage(context, activity), context.Baggage is BaggageMembers arrived ? arrived.PropertiesOf : null, out var wrong);
        if (wrong is null) return header;
        telemetry.Rejected(HeaderNames.Baggage, ErrorCodes.BadMessage);
        TransportLog.BaggageNotSent(logger, wrong);
        return header;
    }

    private static IEnumerable<KeyValuePair<string, string?>> AllBaggage(CallContext context, Activity? activity)
    {
        foreach (var (key, value) in context.Baggage) yield return new(key, value);
        if (activity is null) yield break;
        foreach (var member in activity.Baggage)
        {
            if (!context.Baggage.ContainsKey(member.Key)) yield return member;
        }
    }
}
