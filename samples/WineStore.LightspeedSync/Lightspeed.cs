using System.Collections.Concurrent;
using Fan;
using WineStore.Contracts;

namespace WineStore.LightspeedSync;

/// <summary>The link to the registers, which needs the integrations, and what each store has.</summary>
internal sealed class Lightspeed(IFan fan, IIntegrationApi integrations, SettingJournal journal) : ILightspeed
{
    private readonly ConcurrentDictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(int Store, int Id), int> _stock = new();

    public ValueTask<string> PingAsync(CancellationToken ct = default) => new("pong");

    public ValueTask ConfigUpdateAsync(RegisterSetting setting, CancellationToken ct = default)
    {
        _settings[setting.Key] = setting.Value;
        return default;
    }

    public ValueTask StockChangedAsync(StockChange change, CancellationToken ct = default)
    {
        _stock[(change.StoreId, change.InventoryId)] = change.Bottles;
        return default;
    }

    public ValueTask<int> ShownStockAsync(int storeId, int inventoryId, CancellationToken ct = default) =>
        new(_stock.GetValueOrDefault((storeId, inventoryId)));

    public async ValueTask<Sale> SellAsync(int storeId, int inventoryId, CancellationToken ct = default)
    {
        var wine = await fan.Get<IPublicWines>(storeId).GetAsync(inventoryId, ct);
        var label = await ScanAsync(storeId, inventoryId, ct);
        var stock = await fan.Get<IStock>(storeId).SellAsync(label.InventoryId, ct);
        return new(wine.Name, label.Code, stock.Bottles);
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
