using System.Collections.Concurrent;
using WineStore.Contracts;

namespace WineStore.LightspeedSync;

/// <summary>The link to the registers, which needs the integrations.</summary>
internal sealed class Lightspeed(IIntegrationApi integrations, SettingJournal journal) : ILightspeed
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

    private string SyncEvery => _settings.GetValueOrDefault("sync_every", "1h");
}
