using System.Collections.Concurrent;
using Fan;
using WineStore.Contracts;

namespace WineStore.LightspeedSync;

/// <summary>The link to the registers, which needs the integrations, and the labels of each store.</summary>
internal sealed class Lightspeed(IFan fan, IIntegrationApi integrations, SettingJournal journal) : ILightspeed
{
    private readonly ConcurrentDictionary<string, string> _settings = new(StringComparer.Ordinal);

    public ValueTask<string> PingAsync(CancellationToken ct = default) => new("pong");

    public ValueTask ConfigUpdateAsync(RegisterSetting setting, CancellationToken ct = default)
    {
        _settings[setting.Key] = setting.Value;
        return default;
    }

    public ValueTask<RegisterState> StateAsync(CancellationToken ct = default) => new(new RegisterState(SyncEvery, journal.Count));

    public async ValueTask<ClearedBarcodes> BarcodeSyncClearAsync(int storeId, CancellationToken ct = default) =>
        new(storeId, await integrations.BarcodeSyncClearAsync(storeId, ct), SyncEvery);

    public async ValueTask<ScannedLabel> ScanAsync(int storeId, int inventoryId, CancellationToken ct = default)
    {
        var code = await fan.Get<ILabels>(storeId).BarcodeAsync(inventoryId, ct);
        return new(code, await integrations.BarcodeReadAsync(code, ct));
    }

    private string SyncEvery => _settings.GetValueOrDefault("sync_every", "1h");
}
