using Fan;

namespace WineStore.Contracts;

/// <summary>The wines that a store shows to its customers.</summary>
[Service("retail.store[store_id].public_wines", Version = "1.2.0")]
public interface IPublicWines
{
    /// <summary>Adds a wine and gives it its inventory id.</summary>
    [HttpRoute("POST", "/stores/{store_id}/wines")]
    ValueTask<Wine> CreateAsync(string name, int vintage, decimal price, CancellationToken ct = default);

    /// <summary>The wines of the store, by name.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/stores/{store_id}/wines")]
    IAsyncEnumerable<Wine> ListAsync(decimal? maxPrice = null, CancellationToken ct = default);

    /// <summary>One wine.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/stores/{store_id}/wines/{inventory_id}")]
    ValueTask<Wine> GetAsync(int inventoryId, CancellationToken ct = default);

    /// <summary>Changes the price.</summary>
    [HttpRoute("PUT", "/stores/{store_id}/wines/{inventory_id}/price")]
    ValueTask<Wine> UpdateAsync(int inventoryId, decimal price, CancellationToken ct = default);

    /// <summary>Takes a wine out of the store.</summary>
    [HttpRoute("DELETE", "/stores/{store_id}/wines/{inventory_id}")]
    ValueTask DeleteAsync(int inventoryId, CancellationToken ct = default);
}

/// <summary>A wine on the shelf.</summary>
/// <param name="InventoryId">Its number in the store.</param>
/// <param name="Name">What the label says.</param>
/// <param name="Vintage">The year.</param>
/// <param name="Price">For one bottle.</param>
public sealed record Wine(int InventoryId, string Name, int Vintage, decimal Price);
