namespace Fan.Queues;

/// <summary>The pause after a failed attempt: doubled each time, bounded, and shifted a little by chance.</summary>
internal static class RetryBackoff
{
    /// <param name="options">What is wanted.</param>
    /// <param name="attempt">The attempt that failed; 1 for the first.</param>
    /// <param name="chance">From 0 to 1.</param>
    public static TimeSpan After(SubscriptionOptions options, int attempt, double chance)
    {
        // More doublings than these are over any bound, and over what a double counts exactly.
        var doubled = options.Backoff.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 50));
        var pause = Math.Min(doubled, options.MaxBackoff.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(
            Math.Min(pause * (1 + (options.Jitter * ((2 * chance) - 1))), options.MaxBackoff.TotalMilliseconds));
    }
}
