using Fan.Context;
using Fan.Generated;
using Fan.Routing;
using Fan.Settings;

namespace Fan.Calls;

/// <summary>How long calls of one application may take. Immutable; safe from any thread.</summary>
internal sealed class CallTimes(TimeSpan defaultTimeout)
{
    /// <summary>
    /// The time for a call; null for no limit. Whoever is nearest to the caller says it: the call, the context, the method, the
    /// application. What an outer call has left bounds all of them.
    /// </summary>
    /// <exception cref="BadArgumentException">The call's own limit breaks the rule.</exception>
    public TimeSpan? For(CallContext context, ServiceRoute route, ServiceMethod method, TimeSpan? timeout, TimeSpan? otherwise = null)
    {
        if (timeout is { } asked) return context.Deadline.Within(TimeLimit.Required(asked));
        if (context.IsTimed) return context.Remaining;
        var own = method is INamedMethod ? route.Published(method.Name)?.Timeout : method.Description.Timeout;
        return context.Deadline.Within(TimeLimit.Required(own ?? otherwise ?? defaultTimeout));
    }

    /// <exception cref="DeadlineExceededException">There is none left.</exception>
    public static void Require(TimeSpan? left, string service, ServiceMethod method)
    {
        if (left <= TimeSpan.Zero) throw Over(service, method, left, null);
    }

    public static DeadlineExceededException Over(string service, ServiceMethod method, TimeSpan? left, Exception? inner) => new(
        left is not { } limit || limit <= TimeSpan.Zero
            ? $"No time was left to call '{service}.{method.Name}'."
            : $"'{service}.{method.Name}' gave no reply within {limit.TotalSeconds:0.###} " +
                $"s.{(inner?.InnerException is ShardMovedException moved ? $" {moved.Message}" : "")}",
        inner);
}
