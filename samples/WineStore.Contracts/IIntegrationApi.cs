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
}
