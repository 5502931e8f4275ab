using System.Collections.Concurrent;

namespace Fan;

/// <summary>One call for each of many shard keys, with what came of all of them.</summary>
public static class Gathering
{
    /// <summary>The calls that are under way at the same time, where nobody says.</summary>
    public const int DefaultConcurrency = 16;

    /// <summary>
    /// Calls a service once for each key, some at a time, and gives what came of each: a call that failed takes none of the others
    /// with it. <c>await fan.GatherAsync(stores, (ICounter counter, CancellationToken ct) => counter.CountAsync(ct))</c>
    /// </summary>
    /// <param name="fan">Whose calls they are.</param>
    /// <param name="keys">
    /// The shard keys; a key that comes twice is called once. An array of objects is the keys of a name that has several brackets.
    /// </param>
    /// <param name="call">The call.</param>
    /// <param name="timeout">
    /// The time for all of them together; those that have not answered then have failed with <see cref="DeadlineExceededException"/>. Null
    /// leaves each call its own.
    /// </param>
    /// <param name="maxConcurrency">How many calls may be under way at the same time.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrency"/> is not above zero.</exception>
    /// <exception cref="ArgumentException">The service takes more or fewer keys.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<Gathered<TKey, TResult>> GatherAsync<TService, TKey, TResult>(
        this IFan fan,
        IEnumerable<TKey> keys,
        Func<TService, CancellationToken, ValueTask<TResult>> call,
        TimeSpan? timeout = null,
        int maxConcurrency = DefaultConcurrency,
        CancellationToken cancellationToken = default)
        where TService : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(fan);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(call);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrency, 1);
        var results = new ConcurrentDictionary<TKey, TResult>();
        var errors = new ConcurrentDictionary<TKey, Exception>();
        // One end for all, whenever each of them begins.
        using var scope = timeout is { } limit ? CallContext.Current.WithTimeout(limit).Use() : CallContext.Current.Use();
        await Parallel.ForEachAsync(keys.Distinct(), new ParallelOptions
        {
            MaxDegreeOfParallelism = maxConcurrency,
            CancellationToken = cancellationToken
        }, async (key, token) =>
        {
            var service = key is object[] several ? fan.Get<TService>(several) : fan.Get<TService>(key);
            try
            {
                results[key] = await call(service, token).ConfigureAwait(false);
            }
            catch (Exception error) when (!token.IsCancellationRequested)
            {
                errors[key] = error;
            }
        }).ConfigureAwait(false);
        return new Gathered<TKey, TResult>(results, errors);
    }
}

/// <summary>What came of one call for each of many keys. Immutable; safe from any thread.</summary>
public sealed class Gathered<TKey, TResult>
    where TKey : notnull
{
    internal Gathered(IReadOnlyDictionary<TKey, TResult> results, IReadOnlyDictionary<TKey, Exception> errors) =>
        (Results, Errors) = (results, errors);

    /// <summary>The results of the calls that came to one.</summary>
    public IReadOnlyDictionary<TKey, TResult> Results { get; }

    /// <summary>What the other calls failed with.</summary>
    public IReadOnlyDictionary<TKey, Exception> Errors { get; }

    /// <summary>Whether every call came to a result.</summary>
    public bool IsComplete => Errors.Count == 0;

    /// <summary>The results, where part of them is not enough.</summary>
    /// <exception cref="AggregateException">A call failed; it has the errors of all that did.</exception>
    public IReadOnlyDictionary<TKey, TResult> RequireAll() => IsComplete
        ? Results
        : throw new AggregateException($"{Errors.Count} of {Errors.Count + Results.Count} calls failed.", Errors.Values);
}
