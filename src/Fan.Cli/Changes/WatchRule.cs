using System.Globalization;
using Fan.Observing;

namespace Fan.Cli.Changes;

/// <summary>When a change is taken back.</summary>
/// <param name="Time">How long it is watched.</param>
/// <param name="MaxErrors">The share of calls that may fail, from 0 to 1; null for any.</param>
/// <param name="ErrorsAreGrowth">Whether that is above the share before.</param>
/// <param name="MaxP99">The time for 99 of 100 calls; null for any.</param>
/// <param name="MaxP99Growth">As a share of what it was before; null for any.</param>
internal sealed record WatchRule(TimeSpan Time, double? MaxErrors, bool ErrorsAreGrowth, TimeSpan? MaxP99, double? MaxP99Growth)
{
    /// <summary>Fewer calls say nothing of a share.</summary>
    public const int MinCalls = 20;

    private const int MinCallsOfP99 = 100;
    private const double NinetyNine = 0.99;

    // Of 200 services that keep the limit, one is above this bound by chance.
    private const double Certainty = 2.58;

    private static readonly TimeSpan LongestBefore = TimeSpan.FromSeconds(10);

    /// <summary>How long calls are watched before the switch; zero where no limit needs it.</summary>
    public TimeSpan Before => !ErrorsAreGrowth && MaxP99Growth is null ? TimeSpan.Zero : Time < LongestBefore ? Time : LongestBefore;

    /// <summary>Why nothing can be compared with what was before; null where it can, or need not.</summary>
    public string? Incomparable(string service, ObservedCalls before)
    {
        var needed = MaxP99Growth is not null ? MinCallsOfP99 : ErrorsAreGrowth ? MinCalls : 0;
        return before.Calls >= needed
            ? null
            : $"Only {before.Calls} calls of '{service}' were made in {EditText.Duration(Before)}, " +
                $"and a limit that begins with + needs {needed}; nothing was changed. Give one without +.";
    }

    /// <summary>Which limit is passed; null for none.</summary>
    /// <param name="service">The service.</param>
    /// <param name="before">Its calls before the switch, where a limit needs them.</param>
    /// <param name="after">Its calls since.</param>
    /// <param name="isOver">Whether these are all calls; before that, only what can hardly be chance counts.</param>
    public string? Broken(string service, ObservedCalls before, ObservedCalls after, bool isOver)
    {
        if (after.Calls < MinCalls) return null;
        if (MaxErrors is { } errors)
        {
            var limit = errors + (ErrorsAreGrowth ? Share(before) : 0);
            if ((isOver ? Share(after) : LowerBound(after)) > limit)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{after.Failed} of {after.Calls} calls of '{service}' failed, {Share(after) * 100:0.0} %, " +
                    $"where at most {limit * 100:0.0} % may");
            }
        }

        if (after.Calls < MinCallsOfP99 || after.Percentile(NinetyNine) is not { } p99) return null;
        if (MaxP99 is { } most && p99 > most) return Slow(service, p99, most);
        return MaxP99Growth is { } growth
            && before.Calls >= MinCallsOfP99
            && before.Percentile(NinetyNine) * (1 + growth) is { } allowed
            && p99 > allowed
            ? Slow(service, p99, allowed)
            : null;
    }

    // Wilson's interval: one failure of twenty calls is no five percent yet.
    private static double LowerBound(ObservedCalls calls)
    {
        var (n, share, z) = ((double)calls.Calls, Share(calls), Certainty);
        return (share + (z * z / (2 * n)) - (z * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n))))) / (1 + (z * z / n));
    }

    private static double Share(ObservedCalls calls) => calls.Calls == 0 ? 0 : (double)calls.Failed / calls.Calls;

    private static string Slow(string service, TimeSpan p99, TimeSpan limit) =>
        $"99 of 100 calls of '{service}' ended within {Precise(p99)}, where {Precise(limit)} is the limit";

    private static string Precise(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
