using System.Collections.Concurrent;
using Fan;
using WineStore.Contracts;

namespace WineStore.Integrations;

/// <summary>The barcodes that were synced, for each store, and the reader of barcodes of so many digits.</summary>
internal sealed class IntegrationApi(int digits) : IIntegrationApi, IIntegrationApiV3
{
    private readonly ConcurrentDictionary<int, int> _synced = new();

    public ValueTask<int> BarcodeSyncClearAsync(int storeId, CancellationToken ct = default)
    {
        var barcodes = _synced.GetOrAdd(storeId, 3);
        _synced[storeId] = 0;
        return new(barcodes);
    }

    public ValueTask<int> BarcodeReadAsync(string code, CancellationToken ct = default) => Ean.TryRead(digits, code, out var number)
        ? new(number)
        : throw new ServiceFaultException("unreadable", $"'{code}' is no barcode of {digits} digits.");
}
