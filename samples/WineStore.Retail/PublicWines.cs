using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Fan;
using WineStore.Contracts;

namespace WineStore.Retail;

/// <summary>The wines of every store, in memory.</summary>
internal sealed class PublicWines : IPublicWines
{
    private readonly ConcurrentDictionary<(string Store, int Id), Wine> _wines = new();
    private int _lastId;

    // The store is the shard key with which the service was called.
    private static string Store => CallContext.Current.ShardKeys[0];

    public ValueTask<Wine> CreateAsync(string name, int vintage, decimal price, CancellationToken ct = default)
    {
        if (price <= 0) throw new BadArgumentException("price", $"Argument 'price' must be above zero; it is {price}.");
        var wine = new Wine(Interlocked.Increment(ref _lastId), name, vintage, price);
        _wines[(Store, wine.InventoryId)] = wine;
        return new(wine);
    }

    public async IAsyncEnumerable<Wine> ListAsync(decimal? maxPrice = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var store = Store;
        foreach (var (_, wine) in _wines.Where(pair => pair.Key.Store == store && !(pair.Value.Price > maxPrice))
            .OrderBy(pair => pair.Value.Name, StringComparer.Ordinal))
        {
            await Task.Yield();
            yield return wine;
        }
    }

    public ValueTask<Wine> GetAsync(int inventoryId, CancellationToken ct = default) =>
        _wines.TryGetValue((Store, inventoryId), out var wine) ? new(wine) : throw NoSuchWine(inventoryId);

    public ValueTask<Wine> UpdateAsync(int inventoryId, decimal price, CancellationToken ct = default)
    {
        if (!_wines.TryGetValue((Store, inventoryId), out var wine)) throw NoSuchWine(inventoryId);
        return new(_wines[(Store, inventoryId)] = wine with { Price = price });
    }

    public ValueTask DeleteAsync(int inventoryId, CancellationToken ct = default) =>
        _wines.TryRemove((Store, inventoryId), out _) ? default : throw NoSuchWine(inventoryId);

    private static ServiceFaultException NoSuchWine(int id) => new("no_such_wine", $"Store {Store} has no wine {id}.");
}
