using System.Globalization;
using Fan;
using WineStore.Contracts;

namespace WineStore.Retail;

/// <summary>The bottles of the stores that this process keeps.</summary>
internal sealed class Stock(IFan fan, StockBook book) : IStock
{
    private static int StoreId => int.Parse(CallContext.Current.ShardKeys[0], CultureInfo.InvariantCulture);

    // Each time a store gets a keeper it is higher than ever before.
    private static long Token =>
        CallContext.Current.FencingToken
        ?? throw new InvalidOperationException("The stock is kept by one process for each store: host it with Shard<IStock>().");

    public async ValueTask<StockCount> DeliverAsync(int inventoryId, int bottles, CancellationToken ct = default)
    {
        if (bottles <= 0) throw new BadArgumentException("bottles", $"Argument 'bottles' must be above zero; it is {bottles}.");
        return await ChangeAsync(inventoryId, bottles, ct);
    }

    public ValueTask<StockCount> SellAsync(int inventoryId, CancellationToken ct = default) => ChangeAsync(inventoryId, -1, ct);

    public ValueTask<StockCount> CountAsync(int inventoryId, CancellationToken ct = default) =>
        new(new StockCount(book.Change(StoreId, inventoryId, 0, Token), Token));

    private async ValueTask<StockCount> ChangeAsync(int inventoryId, int by, CancellationToken ct)
    {
        var count = new StockCount(book.Change(StoreId, inventoryId, by, Token), Token);
        // In the order of the counts of one wine, whoever handles them.
        var key = string.Create(CultureInfo.InvariantCulture, $"{StoreId}/{inventoryId}");
        await fan.Push<ILightspeed>(new() { Key = key }).StockChangedAsync(new StockChange(StoreId, inventoryId, count.Bottles), ct);
        return count;
    }
}
