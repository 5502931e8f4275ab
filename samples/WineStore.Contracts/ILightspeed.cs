using Fan;

namespace WineStore.Contracts;

/// <summary>The link to the cash registers.</summary>
[Service("lightspeed", Version = "1.1.0")]
public interface ILightspeed
{
    /// <summary>Answers.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/lightspeed/ping")]
    ValueTask<string> PingAsync(CancellationToken ct = default);

    /// <summary>Takes a new setting; the sender does not wait for it to work.</summary>
    [Push]
    [HttpRoute("PUT", "/lightspeed/settings")]
    ValueTask ConfigUpdateAsync(RegisterSetting setting, CancellationToken ct = default);

    /// <summary>Takes a new count of bottles, of which the newest one of a wine is shown; the sender does not wait for it.</summary>
    [Push]
    [HttpRoute("PUT", "/lightspeed/stock")]
    ValueTask StockChangedAsync(StockChange change, CancellationToken ct = default);

    /// <summary>How many bottles of a wine the registers show.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/lightspeed/stores/{store_id}/wines/{inventory_id}/stock")]
    ValueTask<int> ShownStockAsync(int storeId, int inventoryId, CancellationToken ct = default);

    /// <summary>Sells a bottle: what it is, its label, and the stock, each of which another service knows.</summary>
    [HttpRoute("POST", "/lightspeed/stores/{store_id}/wines/{inventory_id}/sales")]
    ValueTask<Sale> SellAsync(int storeId, int inventoryId, CancellationToken ct = default);

    /// <summary>What the registers were told, as far as it has been handled.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/lightspeed/state")]
    ValueTask<RegisterState> StateAsync(CancellationToken ct = default);

    /// <summary>Clears the synced barcodes of a store, here and at the integrations.</summary>
    [HttpRoute("POST", "/lightspeed/stores/{store_id}/barcodes/clear")]
    ValueTask<ClearedBarcodes> BarcodeSyncClearAsync(int storeId, CancellationToken ct = default);

    /// <summary>Prints the label of a bottle and reads it at the register.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/lightspeed/stores/{store_id}/wines/{inventory_id}/scan")]
    ValueTask<ScannedLabel> ScanAsync(int storeId, int inventoryId, CancellationToken ct = default);
}

/// <summary>A setting of the registers.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its new value.</param>
public sealed record RegisterSetting(string Key, string Value);

/// <summary>What the registers know.</summary>
/// <param name="SyncEvery">The setting that is in force.</param>
/// <param name="Journal">How many changes stand in the journal.</param>
public sealed record RegisterState(string SyncEvery, int Journal);

/// <summary>What was cleared.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="Barcodes">How many barcodes.</param>
/// <param name="SyncEvery">The setting that was in force.</param>
public sealed record ClearedBarcodes(int StoreId, int Barcodes, string SyncEvery);

/// <summary>A label that was read.</summary>
/// <param name="Code">Its barcode.</param>
/// <param name="InventoryId">The wine that it stands for.</param>
public sealed record ScannedLabel(string Code, int InventoryId);

/// <summary>Bottles came or went.</summary>
/// <param name="StoreId">The store.</param>
/// <param name="InventoryId">The wine.</param>
/// <param name="Bottles">How many there are now.</param>
public sealed record StockChange(int StoreId, int InventoryId, int Bottles);

/// <summary>A bottle that was sold.</summary>
/// <param name="Wine">What it is.</param>
/// <param name="Code">The barcode on its label.</param>
/// <param name="BottlesLeft">How many are left.</param>
public sealed record Sale(string Wine, string Code, int BottlesLeft);
