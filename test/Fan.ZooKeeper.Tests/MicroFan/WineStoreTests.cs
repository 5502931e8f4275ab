using System.Text.Json.Nodes;
using Fan.Conformance;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.MicroFan;

/// <summary>The sample's services in their processes, and every method of them called by micro-fan.</summary>
public sealed class WineStoreTests(ZooKeeperServers servers) : MicroFanTest(servers)
{
    private const string Wines = "retail.store.public_wines";
    private const string Labels = "retail.store.labels";
    private const string Stock = "retail.store.stock";

    [Fact]
    public async Task Every_method_of_the_sample_is_called()
    {
        using var retail = ChildProcess.Start("WineStore.Retail", "--Fan:Store", Url);
        using var lightspeed = ChildProcess.Start("WineStore.LightspeedSync", "--Fan:Store", Url);
        using var integrations = ChildProcess.Start("WineStore.Integrations", "--Fan:Store", Url);
        foreach (var service in (string[])[Wines, Labels, Stock, "lightspeed", "integration_api"])
            await Eventually.TrueAsync(async () => (await Peer.FindAsync(service))["error"] is null, $"{service} is found");

        var wine = await ResultAsync(Wines, "create", """{"store_id": 42, "name": "Rkatsiteli č", "vintage": 2021, "price": 14.5}""");
        Assert.Equal("Rkatsiteli č", (string?)wine["name"]);
        var id = (int)wine["inventoryId"]!;
        var saperavi = (int)(await ResultAsync(
            Wines, "create", """{"store_id": 42, "name": "Saperavi", "vintage": 2019, "price": 22}"""))["inventoryId"]!;
        await ResultAsync(Wines, "create", """{"store_id": 43, "name": "Kisi", "vintage": 2020, "price": 9}""");
        Assert.Equal(
            15.9m,
            (decimal)(await ResultAsync(Wines, "update", $$"""{"store_id": 42, "inventory_id": {{id}}, "price": 15.9}"""))["price"]!);
        Assert.Equal(
            ["Rkatsiteli č", "Saperavi"],
            (await ResultAsync(Wines, "list", """{"store_id": 42}""")).AsArray().Select(listed => (string?)listed!["name"]));
        Assert.Equal(["Rkatsiteli č"], (await ResultAsync(
            Wines, "list", """{"store_id": 42, "max_price": 20}""")).AsArray().Select(listed => (string?)listed!["name"]));
        Assert.Equal(2021, (int)(await ResultAsync(Wines, "get", $$"""{"store_id": 42, "inventory_id": {{id}}}"""))["vintage"]!);
        Assert.True((bool)await ResultAsync(Wines, "delete", $$"""{"store_id": 42, "inventory_id": {{id}}}"""));
        Assert.Equal(422, (int)(await Peer.CallAsync(Wines, "get", $$"""{"store_id": 42, "inventory_id": {{id}}}"""))["status"]!);

        Assert.Equal("pong", (string?)await ResultAsync("lightspeed", "ping", "{}"));
        Assert.True((bool)await ResultAsync("lightspeed", "config_update", """{"setting": {"key": "sync_every", "value": "5m"}}"""));
        await Eventually.TrueAsync(
            async () => (string?)(await ResultAsync("lightspeed", "state", "{}"))["syncEvery"] == "5m", "the push was handled");
        var cleared = await ResultAsync("lightspeed", "barcode_sync_clear", """{"store_id": 42}""");
        Assert.Equal((42, 3, "5m"), ((int)cleared["storeId"]!, (int)cleared["barcodes"]!, (string?)cleared["syncEvery"]));
        Assert.Equal(0, (int)await ResultAsync("integration_api", "barcode_sync_clear", """{"store_id": 42}"""));

        Assert.Equal("00000079", (string?)await ResultAsync(Labels, "barcode", """{"store_id": 42, "inventory_id": 7}"""));
        Assert.Equal(7, (int)await ResultAsync("integration_api", "barcode_read", """{"code": "00000079"}"""));
        Assert.Equal("00000079", (string?)(await ResultAsync("lightspeed", "scan", """{"store_id": 42, "inventory_id": 7}"""))["code"]);

        Assert.Equal(
            12,
            (int)(await ResultAsync(Stock, "deliver", $$"""{"store_id": 42, "inventory_id": {{saperavi}}, "bottles": 12}"""))["bottles"]!);
        Assert.Equal(11, (int)(await ResultAsync(Stock, "sell", $$"""{"store_id": 42, "inventory_id": {{saperavi}}}"""))["bottles"]!);
        var sale = await ResultAsync("lightspeed", "sell", $$"""{"store_id": 42, "inventory_id": {{saperavi}}}""");
        Assert.Equal(("Saperavi", 10), ((string?)sale["wine"], (int)sale["bottlesLeft"]!));
        Assert.Equal(10, (int)(await ResultAsync(Stock, "count", $$"""{"store_id": 42, "inventory_id": {{saperavi}}}"""))["bottles"]!);
        await Eventually.TrueAsync(
            async () => (int)await ResultAsync("lightspeed", "shown_stock", $$"""{"store_id": 42, "inventory_id": {{saperavi}}}""") == 10,
            "the registers show it");
        Assert.True(
            (bool)await ResultAsync("lightspeed", "stock_changed", """{"change": {"storeId": 42, "inventoryId": 1000, "bottles": 3}}"""));
    }

    private async Task<JsonNode> ResultAsync(string service, string method, string arguments)
    {
        var reply = await Peer.CallAsync(service, method, arguments);
        Assert.True(reply["error"] is null && reply["result"] is not null, $"{service}.{method}: {reply.ToJsonString()}");
        return reply["result"]!;
    }
}
