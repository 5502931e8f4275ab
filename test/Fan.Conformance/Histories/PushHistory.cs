namespace Fan.Conformance.Histories;

/// <summary>What became of pushes.</summary>
/// <param name="Accepted">Pushes that were accepted.</param>
/// <param name="Handled">Pushes that were handled, each counted once.</param>
/// <param name="Lost">Pushes that were accepted and neither handled nor are dead letters.</param>
/// <param name="Duplicates">Deliveries beyond the first one of a push.</param>
/// <param name="DeadLettered">Pushes that were not handled and are dead letters.</param>
/// <param name="Unconfirmed">
/// Pushes that were handled though nobody knows that they were accepted: their producer died, or its connection did, between the two.
/// </param>
/// <param name="Examples">Some of those that were lost.</param>
public sealed record PushVerdict(
    int Accepted, int Handled, int Lost, int Duplicates, int DeadLettered, int Unconfirmed, IReadOnlyList<string> Examples)
{
    /// <summary>Whether nothing was lost.</summary>
    public bool Holds => Lost == 0;
}

/// <summary>Judges a recorded history of pushes: what was accepted is handled at least once, or kept as a dead letter.</summary>
public static class PushHistoryChecker
{
    private const int MaxExamples = 10;

    /// <summary>Checks the promise of at least once. Pushes are named by their ids.</summary>
    /// <param name="accepted">Written down by producers, after a push had returned.</param>
    /// <param name="deliveries">Written down by consumers, once for each time that a push was handled.</param>
    /// <param name="dead">The dead letters in the end.</param>
    public static PushVerdict Check(
        IReadOnlyCollection<string> accepted, IReadOnlyCollection<string> deliveries, IReadOnlyCollection<string> dead)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        ArgumentNullException.ThrowIfNull(deliveries);
        ArgumentNullException.ThrowIfNull(dead);
        var promised = accepted.ToHashSet(StringComparer.Ordinal);
        var handled = deliveries.ToHashSet(StringComparer.Ordinal);
        var kept = dead.Where(id => !handled.Contains(id)).ToHashSet(StringComparer.Ordinal);
        var lost = promised.Where(id => !handled.Contains(id) && !kept.Contains(id)).Order(StringComparer.Ordinal).ToList();
        return new PushVerdict(
            promised.Count,
            handled.Count,
            lost.Count,
            deliveries.Count - handled.Count,
            kept.Count,
            handled.Count(id => !promised.Contains(id)),
            [.. lost.Take(MaxExamples)]);
    }
}
