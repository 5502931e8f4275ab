using Fan;

namespace WineStore.Contracts;

/// <summary>The labels on a store's bottles; their barcodes have 8 digits.</summary>
[Service("retail.store[store_id].labels", Version = "1.4.0")]
public interface ILabels
{
    /// <summary>The barcode of a wine.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/stores/{store_id}/wines/{inventory_id}/barcode")]
    ValueTask<string> BarcodeAsync(int inventoryId, CancellationToken ct = default);
}

/// <summary>The next release of the same service: barcodes have 13 digits.</summary>
[Service("retail.store[store_id].labels", Version = "2.0.0")]
public interface ILabelsV2
{
    /// <summary>The barcode of a wine.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/stores/{store_id}/wines/{inventory_id}/barcode")]
    ValueTask<string> BarcodeAsync(int inventoryId, CancellationToken ct = default);
}
