using Fan.Generated;

namespace Fan.Generators.Tests;

public sealed class GeneratedCodeTests
{
    private static readonly InterfaceContract<IWines> Contract = GeneratedContracts.Of<IWines>();

    private readonly Wines _service = new();

    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Every_result_form_arrives_locally_and_over_a_wire_alike(bool remote)
    {
        var wines = Client(remote);
        var ct = TestContext.Current.CancellationToken;

        Assert.Equal("Rioja", (await wines.GetAsync(7, ct)).Name);
        Assert.Equal(3, await wines.CountAsync(cancellationToken: ct));
        await wines.DeleteAsync(9, ct);
        Assert.Equal(5, wines.Add(2, 3));
        wines.Touch();
        await wines.StockChangedAsync(new Wine(1, "Cava", []), ct);
        Assert.Null(await wines.PingAsync(ct));
        Assert.Equal("not now", (await Assert.ThrowsAsync<InvalidOperationException>(() => wines.ClearAsync(ct))).Message);
        Assert.Equal(["White  a\"b", "delete 9", "touch", "stock Cava"], _service.Calls);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_sequence_arrives_item_by_item(bool remote)
    {
        var names = new List<string>();
        await foreach (var wine in Client(remote).ListAsync(["a", "bb"], TestContext.Current.CancellationToken)) names.Add(wine.Name);

        Assert.Equal(["a", "bb"], names);
    }

    [Fact]
    public async Task A_proxy_follows_its_target_at_once()
    {
        var proxy = Contract.CreateProxy(_service);
        var wines = (IWines)proxy;
        Assert.Equal(5, wines.Add(2, 3));

        var other = new Wines();
        proxy.Target = other;
        await wines.DeleteAsync(1, TestContext.Current.CancellationToken);

        Assert.Empty(_service.Calls);
        Assert.Equal(["delete 1"], other.Calls);
    }

    [Fact]
    public void A_local_call_through_the_proxy_allocates_nothing()
    {
        var wines = (IWines)Contract.CreateProxy(_service);
        wines.Add(1, 2);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) wines.Add(i, i);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_contract_says_what_the_source_says()
    {
        var get = Contract.Methods.Single(m => m.Name == "get").Description;

        Assert.Equal(("retail.store[store_id].wines", "1.2.0"), (Contract.Name, Contract.Version));
        Assert.Equal(
            ["get", "count", "delete", "clear", "add", "touch", "list", "stock_changed", "ping_me"], Contract.Methods.Select(m => m.Name));
        Assert.Equal("Finds a wine.", get.Summary);
        Assert.True(get.Idempotent);
        Assert.Equal(TimeSpan.FromMilliseconds(250), get.Timeout);
        Assert.Equal(new HttpRoute("GET", "/wines/{inventory_id}", "application/json"), get.Http);
        Assert.Equal(MethodKind.Push, Contract.Methods.Single(m => m.Name == "stock_changed").Description.Kind);
        Assert.Equal(MethodKind.Stream, Contract.Methods.Single(m => m.Name == "list").Description.Kind);
        Assert.All(Contract.Methods, m => Assert.Matches("^[0-9a-f]{16}$", m.Description.Fingerprint));
    }

    [Fact]
    public void A_class_is_a_service_of_its_marked_methods()
    {
        var contract = GeneratedContracts.OfType(typeof(Lightspeed));

        Assert.Equal(["ping"], contract.Methods.Select(m => m.Name));
        Assert.IsAssignableFrom<IUnaryMethod>(contract.Methods[0]);
    }

    private IWines Client(bool remote) =>
        remote ? Contract.CreateClient(new LoopbackChannel(_service)) : (IWines)Contract.CreateProxy(_service);
}
