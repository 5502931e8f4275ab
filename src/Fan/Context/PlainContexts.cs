using System.Security.Claims;

namespace Fan.Context;

/// <summary>
/// Contexts of calls that bring nothing but their caller and a deadline. Calls that end in the same moment share one. Safe from any thread.
/// </summary>
internal sealed class PlainContexts(TimeProvider clock)
{
    // What a shared deadline may be too early: not worth mentioning beside what is left.
    private const int GrainsPerSecond = 1000;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly long _grain = Math.Max(1, clock.TimestampFrequency / GrainsPerSecond);
    private Entry? _last;

    /// <summary>Makes such a context, and nothing beside it, the flow of control of this thread.</summary>
    public void Enter(string? caller, ClaimsPrincipal? principal, TimeSpan? left, in Deadline deadline)
    {
        if (left is { } time && time < Least)
        {
            new CallContext { Caller = caller, Principal = principal, Deadline = deadline }.Use();
            return;
        }

        var moment = left is null ? long.MaxValue : deadline.Timestamp / _grain;
        var last = Volatile.Read(ref _last);
        if (last is null
            || last.Moment != moment
            || !ReferenceEquals(last.Principal, principal)
            || !string.Equals(last.Caller, caller, StringComparison.Ordinal))
        {
            var context = new CallContext
            {
                Caller = caller,
                Principal = principal,
                Deadline = left is null ? default : new Deadline(clock, moment * _grain)
            };
            context.Use();
            // Null only where somebody suppressed the flow, which then holds for the context as well.
            if (ExecutionContext.Capture() is { } flow) Volatile.Write(ref _last, new Entry(caller, principal, moment, flow));
            return;
        }

        ExecutionContext.Restore(last.Flow);
    }

    private sealed record Entry(string? Caller, ClaimsPrincipal? Principal, long Moment, ExecutionContext Flow);
}
