using System.Collections.Concurrent;
using WineStore.Contracts;

namespace WineStore.Integrations;

/// <summary>The barcodes that were synced, for each store.</summary>
internal sealed class IntegrationApi : IIntegrationApi
{
    private readonly ConcurrentDictionary<int, int> _synced = new();

    public ValueTask<int> BarcodeSyncClearAsync(int storeId, CancellationToken ct = default)
    {
        var barcodes = _synced.GetOrAdd(storeId, 3);
        _synced[storeId] = 0;
        return new(barcodes);
    }
}
