namespace Fan.Sharding;

/// <summary>Divides keys as the owners of their shards do.</summary>
internal interface IShardGroups
{
    /// <summary>The keys of each shard that has any. Of a service without shards, all keys together.</summary>
    ValueTask<IReadOnlyList<ShardGroup<TKey>>> GroupAsync<TService, TKey>(IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
        where TService : class
        where TKey : notnull;
}

/// <summary>Keys of one shard.</summary>
/// <param name="Owner">The worker that is to own it; null where nobody can.</param>
/// <param name="Keys">At least one.</param>
internal sealed record ShardGroup<TKey>(string? Owner, IReadOnlyList<TKey> Keys);
