using Fan;

namespace WineStore.Contracts;

/// <summary>The bottles of a store. One process at a time keeps those of a store, so that no two registers sell the same one.</summary>
[Service("retail.store[store_id].stock", Version = "1.0.0")]
public interface IStock
{
    /// <summary>Puts bottles on the shelf, and tells the registers.</summary>
    [HttpRoute("POST", "/stores/{store_id}/stock/{inventory_id}/deliveries")]
    ValueTask<StockCount> DeliverAsync(int inventoryId, int bottles, CancellationToken ct = default);

    /// <summary>Takes one bottle from the shelf, and tells the registers.</summary>
    [HttpRoute("POST", "/stores/{store_id}/stock/{inventory_id}/sales")]
    ValueTask<StockCount> SellAsync(int inventoryId, CancellationToken ct = default);

    /// <summary>How many there are.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/stores/{store_id}/stock/{inventory_id}")]
    ValueTask<StockCount> CountAsync(int inventoryId, CancellationToken ct = default);
}

/// <summary>The bottles of one wine.</summary>
/// <param name="Bottles">How many there are.</param>
/// <param name="Token">The fencing token of the process that keeps them.</param>
public sealed record StockCount(int Bottles, long Token);
