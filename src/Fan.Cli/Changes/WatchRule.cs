using Fan.Observing;

namespace Fan.Cli.Changes;

/// <summary>When a switch is taken back.</summary>
/// <param name="Time">How long it is watched.</param>
/// <param name="MaxErrors">The share of calls that may fail, from 0 to 1; null for any.</param>
/// <param name="ErrorsAreGrowth">Whether that is above the share before.</param>
/// <param name="MaxP99">The time for 99 of 100 calls; null for any.</param>
/// <param name="MaxP99Growth">As a share of what it was before; null for any.</param>
internal sealed record WatchRule(TimeSpan Time, double? MaxErrors, bool ErrorsAreGrowth, TimeSpan? MaxP99, double? MaxP99Growth)
{
    /// <summary>Fewer calls say nothing of a share.</summary>
    public const int MinCalls = 20;

    private const double NinetyNine = 0.99;

    private static readonly TimeSpan LongestBefore = TimeSpan.FromSeconds(10);

    /// <summary>How long calls are watched before the switch; zero where no limit needs it.</summary>
    public TimeSpan Before => !ErrorsAreGrowth && MaxP99Growth is null ? TimeSpan.Zero : Time < LongestBefore ? Time : LongestBefore;

    /// <summary>Which limit is passed; null for none.</summary>
    public string? Broken(string service, ObservedCalls before, ObservedCalls after)
    {
        if (after.Calls < MinCalls) return null;
        if (MaxErrors is { } errors)
        {
            var limit = errors + (ErrorsAreGrowth ? Share(before) : 0);
            if (Share(after) > limit) return $"{after.Failed} of {after.Calls} calls of '{service}' failed, {Share(after):0.0%}, where at most {limit:0.0%} may";
        }

        var p99 = after.Percentile(NinetyNine);
        if (MaxP99 is { } most && p99 > most) return Slow(service, p99.Value, most);
        return MaxP99Growth is { } growth && before.Calls >= MinCalls && before.Percentile(NinetyNine) * (1 + growth) is { } allowed && p99 > allowed ? Slow(service, p99.Value, allowed) : null;
    }

    private static double Share(ObservedCalls calls) => calls.Calls == 0 ? 0 : (double)calls.Failed / calls.Calls;

    private static string Slow(string service, TimeSpan p99, TimeSpan limit) =>
        $"99 of 100 calls of '{service}' ended within {Precise(p99)}, where {Precise(limit)} is the limit";

    private static string Precise(TimeSpan time) => $"{time.TotalMilliseconds:0.0} ms";
}
