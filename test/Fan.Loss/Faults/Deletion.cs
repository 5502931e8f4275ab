namespace Fan.Loss.Faults;

/// <summary>Somebody deleted a part of the queue. What stood there is gone by that; what was accepted later is not.</summary>
/// <param name="What">What was deleted.</param>
/// <param name="CountedAt">Until here nothing was touched.</param>
/// <param name="DeletedAt">From here on it was gone.</param>
/// <param name="Count">What stood there between the two.</param>
/// <param name="Ids">Who stood there; null where the broker only counts.</param>
internal sealed record Deletion(string What, long CountedAt, long DeletedAt, int Count, IReadOnlySet<string>? Ids);
