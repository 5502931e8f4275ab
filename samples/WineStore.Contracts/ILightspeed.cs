using Fan;

namespace WineStore.Contracts;

/// <summary>The link to the cash registers.</summary>
[Service("lightspeed", Version = "1.0.0")]
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

    /// <summary>What the registers were told, as far as it has been handled.</summary>
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/lightspeed/state")]
    ValueTask<RegisterState> StateAsync(CancellationToken ct = default);

    /// <summary>Clears the synced barcodes of a store, here and at the integrations.</summary>
    [HttpRoute("POST", "/lightspeed/stores/{store_id}/barcodes/clear")]
    ValueTask<ClearedBarcodes> BarcodeSyncClearAsync(int storeId, CancellationToken ct = default);
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
