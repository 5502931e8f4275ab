using System.Diagnostics;
using Fan.Messaging;

namespace Fan.Calls;

/// <summary>The headers in which the current context goes on to another process.</summary>
internal static class OutgoingHeaders
{
    public static MessageHeaders From(CallContext context, Activity? activity, string application, string? shardKeys)
    {
        activity ??= Activity.Current;
        return new MessageHeaders
        {
            TraceParent = activity is null ? context.TraceParent : TraceParent.Format(activity),
            TraceState = activity is null ? context.TraceState : activity.TraceStateString,
            Baggage = context.Baggage.Count == 0 && activity is null ? null : Baggage.Format(AllBaggage(context, activity)),
            ShardKeys = shardKeys,
            Caller = application,
            User = context.User,
        };
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
