using System.Text.Json;
using Fan;
using WineStore.Contracts;

namespace WineStore;

/// <summary>The story: what a day in the wine store needs from its services.</summary>
internal sealed class Story(IFan fan, TextWriter output)
{
    private const int StoreId = 42;

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        using var trace = fan.StartTrace();
        var wines = fan.Get<IPublicWines>(StoreId);
        var lightspeed = fan.Get<ILightspeed>();

        var rkatsiteli = await StepAsync("put a wine on the shelf", () => wines.CreateAsync("Rkatsiteli", 2021, 14.50m, cancellationToken));
        await StepAsync("and another one", () => wines.CreateAsync("Saperavi", 2019, 22.00m, cancellationToken));
        await StepAsync("the price goes up", () => wines.UpdateAsync(rkatsiteli.InventoryId, 15.90m, cancellationToken));
        await StepAsync("what costs at most 20", async () => string.Join(
            ", ", await wines.ListAsync(20, cancellationToken).Select(wine => wine.Name).ToListAsync(cancellationToken)));
        await StepAsync(
            "the same wine, by name and without a contract",
            async () => (JsonElement)await fan.Rpc.retail.store[StoreId].public_wines.get(inventory_id: rkatsiteli.InventoryId));
        await StepAsync("are the registers there", () => lightspeed.PingAsync(cancellationToken));
        await StepAsync("bottles come", () => fan.Get<IStock>(StoreId).DeliverAsync(rkatsiteli.InventoryId, 12, cancellationToken));
        await StepAsync("one is sold at a register", () => lightspeed.SellAsync(StoreId, rkatsiteli.InventoryId, cancellationToken));
        await StepAsync("until the registers show what is left", () => UntilAsync(
            () => lightspeed.ShownStockAsync(StoreId, rkatsiteli.InventoryId, cancellationToken),
            bottles => bottles == 11,
            cancellationToken));
        await StepAsync("tell them to sync more often", async () =>
        {
            // In order with other changes of the same setting, whoever handles them.
            await fan.Push<ILightspeed>(new() { Key = "sync_every" })
                .ConfigUpdateAsync(new RegisterSetting("sync_every", "5m"), cancellationToken);
            return "accepted";
        });
        await StepAsync("until both groups have handled it", () => UntilAsync(
            () => lightspeed.StateAsync(cancellationToken), state => state is { SyncEvery: "5m", Journal: > 0 }, cancellationToken));
        await StepAsync(
            "clear the barcodes, here and at the integrations", () => lightspeed.BarcodeSyncClearAsync(StoreId, cancellationToken));
        await StepAsync("sold out", async () =>
        {
            await wines.DeleteAsync(rkatsiteli.InventoryId, cancellationToken);
            return "deleted";
        });
        await StepAsync("a wine that is gone is an error with a name", async () =>
        {
            try
            {
                return (await wines.GetAsync(rkatsiteli.InventoryId, cancellationToken)).ToString();
            }
            catch (ServiceFaultException error) when (error.Fault == "no_such_wine")
            {
                return $"{error.Fault}: {error.Message}";
            }
        });

        output.WriteLine();
        output.WriteLine("The calls, in every process:");
        TraceTree.Write(output, trace.Spans);
        output.WriteLine();
        output.WriteLine("The transports that each service's calls took:");
        TransportList.Write(output, trace.Spans);
        output.WriteLine();
    }

    // A push is handled some time after it was accepted.
    private async ValueTask<T> UntilAsync<T>(Func<ValueTask<T>> look, Func<T, bool> isThere, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            // A look is no part of the story's trace.
            using (fan.StartTrace())
            {
                if (await look() is var seen && isThere(seen)) return seen;
            }

            await Task.Delay(10, patience.Token);
        }
    }

    private async ValueTask<T> StepAsync<T>(string what, Func<ValueTask<T>> step)
    {
        try
        {
            var result = await step();
            output.WriteLine($"  {what}: {result}");
            return result;
        }
        catch (FanException error)
        {
            throw new StoryException($"'{what}' ended with {error.Code}: {error.Message}");
        }
    }
}
