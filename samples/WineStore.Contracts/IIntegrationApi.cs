using Fan;

namespace WineStore.Contracts;

/// <summary>What every integration shares.</summary>
[Service("integration_api", Version = "2.0.0")]
public interface IIntegrationApi
{
    /// <summary>Forgets the barcodes that were synced for a store, and says how many there were.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("DELETE", "/integrations/stores/{store_id}/barcodes")]
    ValueTask<int> BarcodeSyncClearAsync(int storeId, CancellationToken ct = default);

    /// <summary>The inventory id that a barcode of 8 digits stands for.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/integrations/barcodes/{code}")]
    ValueTask<int> BarcodeReadAsync(string code, CancellationToken ct = default);
}

/// <summary>The next release of the same service: it reads barcodes of 13 digits, and no others.</summary>
[Service("integration_api", Version = "3.0.0")]
public interface IIntegrationApiV3
{
    /// <summary>Forgets the barcodes that were synced for a store, and says how many there were.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("DELETE", "/integrations/stores/{store_id}/barcodes")]
    ValueTask<int> BarcodeSyncClearAsync(int storeId, CancellationToken ct = default);

    /// <summary>The inventory id that a barcode of 13 digits stands for.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/integrations/barcodes/{code}")]
    ValueTask<int> BarcodeReadAsync(string code, CancellationToken ct = default);
}
