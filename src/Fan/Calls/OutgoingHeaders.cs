using System.Diagnostics;
using Fan.Messaging;
using Fan.Queues;
using Fan.Routing;

namespace Fan.Calls;

/// <summary>The headers in which the current context goes on to another process.</summary>
internal static class OutgoingHeaders
{
    public static MessageHeaders From(CallContext context, Activity? activity, string application, string? shardKeys)
    {
        var headers = new MessageHeaders();
        Fill(headers, context, activity, application, shardKeys);
        return headers;
    }

    public static void Fill(MessageHeaders headers, CallContext context, Activity? activity, string application, string? shardKeys)
    {
        activity ??= Activity.Current;
        headers.TraceParent = activity is null ? context.TraceParent : TraceParent.Format(activity);
        // That of an activity is whatever somebody wrote there.
        headers.TraceState = activity is null ? context.TraceState : TraceState.Read(activity.TraceStateString, out _);
        if (activity is not null || context.Baggage.Count > 0)
        {
            headers.Baggage = Baggage.Format(
                AllBaggage(context, activity), context.Baggage is BaggageMembers arrived ? arrived.PropertiesOf : null);
        }
        headers.ShardKeys = shardKeys;
        headers.Caller = application;
        headers.User = context.User;
        headers.FencingToken = context.FencingToken;
        if (context.PassedProxies is { } passed) headers.PassedProxies = passed;
    }

    /// <summary>
    /// Those of a call, with what the route and the tree say of it; <paramref name="push"/> where it is a push over a route without queues.
    /// </summary>
    public static void FillCall(
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
