using System.Text.Json;
using Fan.Coordination;
using Fan.Tests.Applications;

namespace Fan.Tests.Calls;

/// <summary>Which errors say that a method is missing, and which do not.</summary>
public sealed class MissingMethodTests
{
    private const int Calls = 20;

    private static readonly JsonElement None = JsonDocument.Parse("{}").RootElement;

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Fact]
    public async Task A_call_that_was_made_and_failed_is_not_told_as_a_missing_method()
    {
        await using var service = await TestHost.StartAsync(
            _tree, _network, "orders", fan => fan.AddService<IOrders>(_ => new Orders(null)));
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        await RegisterLackingAsync(caller, "orders");
        for (var i = 0; i < Calls; i++)
        {
            Assert.Equal(
                "elsewhere",
                (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<IOrders>().PlaceAsync())).Service);
        }
    }

    [Fact]
    public async Task What_has_the_method_and_is_left_out_for_now_is_not_told_as_a_missing_method()
    {
        await using var service = await TestHost.StartAsync(
            _tree, _network, "orders", fan => fan.AddService<IOrders>(_ => new Orders(null)));
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        await RegisterLackingAsync(caller, "orders");
        _network.Cut(service.Server.Port);
        for (var i = 0; i < Calls; i++)
        {
            await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<IOrders>().PlaceAsync());
        }
    }

    [Fact]
    public async Task What_the_service_itself_could_not_call_is_no_word_of_its_endpoint()
    {
        var orders = new List<Orders>();
        var hosts = new List<TestHost>();
        foreach (var name in new[] { "one", "two" })
        {
            var own = hosts.Count;
            var made = new Orders(() => hosts[own].Fan);
            orders.Add(made);
            hosts.Add(await TestHost.StartAsync(
                _tree, _network, name, fan => fan.AddService<IOrders>(_ => made).AddService<ICellar>(_ => new Cellar())));
        }

        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("orders")).Count == 2, "both are there");
        var error = await Assert.ThrowsAsync<NoSuchMethodException>(async () => await caller.Fan.Get<IOrders>().PlaceAsync());
        Assert.Equal(("cellar", "nope"), (error.Service, error.Method));
        Assert.Equal(1, orders.Sum(made => made.Placed));
        foreach (var host in hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task Of_a_sharded_service_the_owner_s_word_counts()
    {
        await using var worker = await TestHost.StartAsync(_tree, _network, "w1", fan =>
        {
            fan.AddService<Sharding.ICounter>(_ => new OneCounter());
            fan.Shard<Sharding.ICounter>(4);
        });
        await using var caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
        Assert.Equal("7", await caller.Fan.CallAsync<string>("stock[7].counter.count", None));
        Assert.Equal("nope", (await Assert.ThrowsAsync<NoSuchMethodException>(
            async () => await caller.Fan.CallAsync("stock[7].counter.nope", None))).Method);
        await Assert.ThrowsAsync<NoSuchMethodException>(
            async () => await caller.Fan.StreamAsync("stock[7].counter.nope", None).ToListAsync());
        await Assert.ThrowsAsync<NoSuchMethodException>(async () => await caller.Fan.DescribeAsync("stock[7].counter.nope"));
    }

    private static async Task RegisterLackingAsync(TestHost caller, string service)
    {
        var known = Assert.Single(await caller.Directory.FindAsync(service));
        await caller.Store.CommitAsync(
            [new StoreOperation.Create(
                known.Id[..known.Id.LastIndexOf('/')] + "/loop_",
                (known.Description with { Methods = [] }).ToJson(),
                NodeKind.PersistentSequential)]);
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync(service)).Count == 2, "both are there");
    }

    private sealed class OneCounter : Sharding.ICounter
    {
        public ValueTask<string> CountAsync(CancellationToken ct = default) => new(CallContext.Current.ShardKeys[0]);

        public IAsyncEnumerable<string> FollowAsync(CancellationToken ct = default) => throw new NotSupportedException();
    }
}

[Service("orders")]
public interface IOrders
{
    ValueTask PlaceAsync(CancellationToken ct = default);
}

internal sealed class Orders(Func<IFan>? fan) : IOrders
{
    private int _placed;

    public int Placed => Volatile.Read(ref _placed);

    public async ValueTask PlaceAsync(CancellationToken ct = default)
    {
        Interlocked.Increment(ref _placed);
        if (fan is null) throw new ServiceUnavailableException("elsewhere", "what it needs is away");
        await fan().CallAsync("cellar.nope", default, cancellationToken: ct);
    }
}
