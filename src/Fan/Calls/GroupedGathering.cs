using System.Collections.Concurrent;
using Fan.Sharding;

namespace Fan;

/// <summary>One call for all keys of a shard, where the method takes a list of them.</summary>
public static class GroupedGathering
{
    /// <summary>The calls that one owner has under way at the same time, where nobody says.</summary>
    public const int DefaultPerOwner = 4;

    /// <summary>
    /// Calls a service once for each shard that has any of the keys, with the keys of it, and gives what came of each key: a call that
    /// failed takes none of the others with it. <c>await fan.GatherAsync(stores, (ICounter counter, IReadOnlyList&lt;int&gt; some,
    /// CancellationToken ct) => counter.CountAllAsync(some, ct))</c>
    /// </summary>
    /// <remarks>
    /// The call has the shard of its keys, so one owner answers for all of them. A service without shards is called once, with all keys.
    /// </remarks>
    /// <param name="fan">Whose calls they are.</param>
    /// <param name="keys">The shard keys; an array of objects is the keys of a name that has several brackets.</param>
    /// <param name="call">The call; its reply has an entry for each key that it was given.</param>
    /// <param name="timeout">
    /// The time for all of them together; keys that have no answer then have failed with <see cref="DeadlineExceededException"/>. Null
    /// leaves each call its own.
    /// </param>
    /// <param name="maxPerOwner">How many calls one owner may have under way at the same time.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxPerOwner"/> is not above zero.</exception>
    /// <exception cref="ArgumentException">The service takes more or fewer keys.</exception>
    /// <exception cref="ServiceUnavailableException">Nothing is known of the service yet, and the store does not answer.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<Gathered<TKey, TResult>> GatherAsync<TService, TKey, TResult>(
        this IFan fan,
        IEnumerable<TKey> keys,
        Func<TService, IReadOnlyList<TKey>, CancellationToken, ValueTask<IReadOnlyDictionary<TKey, TResult>>> call,
        TimeSpan? timeout = null, int maxPerOwner = DefaultPerOwner, CancellationToken cancellationToken = default)
        where TService : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(fan);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(call);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPerOwner, 1);
        var results = new ConcurrentDictionary<TKey, TResult>();
        var errors = new ConcurrentDictionary<TKey, Exception>();
        // One end for all, whenever each of them begins.
        using var scope = timeout is { } limit ? CallContext.Current.WithTimeout(limit).Use() : CallContext.Current.Use();
        IReadOnlyList<TKey> distinct = [.. keys.Distinct()];
        // Somebody else's IFan knows of no shards: each key is called by itself.
        var groups = fan is IShardGroups shards
            ? await shards.GroupAsync<TService, TKey>(distinct, cancellationToken).ConfigureAwait(false)
            : [.. distinct.Select(key => new ShardGroup<TKey>(null, [key]))];
        await Task.WhenAll(groups.GroupBy(group => group.Owner).Select(owner => Parallel.ForEachAsync(owner, new ParallelOptions
        {
            MaxDegreeOfParallelism = maxPerOwner,
            CancellationToken = cancellationToken
        }, async (group, token) =>
        {
            var service = group.Keys[0] is object[] several ? fan.Get<TService>(several) : fan.Get<TService>(group.Keys[0]);
            try
            {
                var reply = await call(service, group.Keys, token).ConfigureAwait(false);
                foreach (var key in group.Keys)
                {
                    if (reply.TryGetValue(key, out var result)) results[key] = result;
                    else errors[key] = new BadMessageException("reply", $"The reply has nothing for key '{key}'.");
                }
            }
            catch (Exception error) when (!token.IsCancellationRequested)
            {
                foreach (var key in group.Keys) errors[key] = error;
            }
        }))).ConfigureAwait(false);
        return new Gathered<TKey, TResult>(results, errors);
    }
}
