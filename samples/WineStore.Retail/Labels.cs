using WineStore.Contracts;

namespace WineStore.Retail;

/// <summary>Labels with barcodes of so many digits.</summary>
internal sealed class Labels(int digits) : ILabels, ILabelsV2
{
    public ValueTask<string> BarcodeAsync(int inventoryId, CancellationToken ct = default) => new(Ean.Write(digits, inventoryId));
}
