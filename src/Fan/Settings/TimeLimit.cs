namespace Fan.Settings;

/// <summary>The one rule for how long a call may take, whoever says it: a caller, a context, a method, the settings.</summary>
internal static class TimeLimit
{
    /// <summary>The longest limit that timers and the headers of every transport can hold.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    /// <summary>What a limit must be, for people.</summary>
    public const string Rule = "above zero and at most 49 days, or Timeout.InfiniteTimeSpan (-1 ms) for no limit";

    /// <summary>Whether it may be asked for. Zero may: it is what is left of a budget that is used up.</summary>
    public static bool IsAllowed(TimeSpan limit) => limit == Timeout.InfiniteTimeSpan || (limit >= TimeSpan.Zero && limit <= Longest);

    /// <summary>The limit; null where there is none.</summary>
    /// <exception cref="BadArgumentException">It breaks the rule.</exception>
    public static TimeSpan? Required(TimeSpan limit) =>
        limit >= TimeSpan.Zero && limit <= Longest ? limit
        : limit == Timeout.InfiniteTimeSpan ? null
        : throw new BadArgumentException("timeout", $"The time limit of a call must be {Rule}; it is {limit:c}.");
}
