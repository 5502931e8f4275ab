using Fan.Coordination;
using Fan.Messaging;
using Fan.Serving;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Commits;

[Service("vault", Version = "1.0.0")]
public interface IVault
{
    ValueTask<string> WhoAsync(CancellationToken ct = default);

    IAsyncEnumerable<string> FollowAsync(CancellationToken ct = default);
}

[Service("ledger", Version = "1.0.0")]
public interface ILedger
{
    ValueTask<long?> FenceAsync(CancellationToken ct = default);
}

internal sealed class Vault(string name) : IVault
{
    public ValueTask<string> WhoAsync(CancellationToken ct = default) => new(name);

    public async IAsyncEnumerable<string> FollowAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        await Task.Yield();
        yield return name;
    }
}

internal sealed class Ledger : ILedger
{
    public ValueTask<long?> FenceAsync(CancellationToken ct = default) => new(CallContext.Current.FencingToken);
}

[Service("leader", Version = "1.0.0")]
public interface ILeader
{
    ValueTask<string> WriteAsync(CancellationToken ct = default);
}

internal sealed class Leader(Func<IFan> fan) : ILeader
{
    public async ValueTask<string> WriteAsync(CancellationToken ct = default) =>
        $"{CallContext.Current.FencingToken} {await fan().Get<ILedger>().FenceAsync(ct)}";
}

public sealed class StrictServiceTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private TestHost _one = null!;
    private TestHost _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await StartAsync("one", fan => fan.AddService<IVault>(_ => new Vault("one")).Strict<IVault>());
        _caller = await StartAsync("caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_strict_service_refuses_calls_while_its_lease_can_not_be_known_to_hold_and_callers_go_elsewhere()
    {
        var vault = _caller.Fan.Get<IVault>();
        Assert.Equal("one", await vault.WhoAsync());
        _one.Store.Disconnect();
        // Nobody else is there.
        Assert.Contains(
            "is strict",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await vault.WhoAsync())).Message,
            StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.LeaseLost, Assert.Throws<LeaseLostException>(Directly).Code);

        await StartAsync("two", fan => fan.AddService<IVault>(_ => new Vault("two")).Strict<IVault>());
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return await vault.WhoAsync() == "two";
            }
            catch (CircuitOpenException)
            {
                return false;
            }
        }, "the other one is known");
        for (var call = 0; call < 20; call++) Assert.Equal("two", await vault.WhoAsync());
        await foreach (var item in vault.FollowAsync()) Assert.Equal("two", item);

        _one.Store.Reconnect();
        Directly();

        void Directly() => Served(_one).GetAwaiter().GetResult();
    }

    [Fact]
    public async Task What_is_not_strict_goes_on()
    {
        var loose = await StartAsync("loose", fan => fan.AddService<ILedger>(_ => new Ledger()));
        loose.Store.Disconnect();
        Assert.Null(await _caller.Fan.Get<ILedger>().FenceAsync());
    }

    [Fact]
    public async Task After_its_session_expired_it_serves_only_when_the_tree_was_read_in_the_new_one()
    {
        var committer = _caller.Services.GetRequiredService<ISystemChanges>();
        await committer.ChangeAsync([RouteChange.To("vault", "1.0.0")], Quick);
        await Served(_one);
        var gate = new TaskCompletionSource();
        GatedStore gated = null!;
        var three = await StartAsync("three", fan => fan.UseStore(
            _ => gated = new GatedStore(new MemoryCoordinationStore(_tree))).AddService<IVault>(_ => new Vault("three")).Strict<IVault>());
        await Served(three);
        gated.Hold = (operation, _) => operation.Path.StartsWith("/fan/apps", StringComparison.Ordinal) ? gate.Task : Task.CompletedTask;
        ((MemoryCoordinationStore)gated.Inner).Expire();
        // A new session, the tree known as it was: but nobody would wait for this application.
        Assert.Equal(SessionState.Connected, gated.State);
        Assert.True(gated.LeaseRemaining > TimeSpan.Zero);
        await Assert.ThrowsAsync<LeaseLostException>(() => Served(three));
        gate.SetResult();
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await Served(three);
                return true;
            }
            catch (LeaseLostException)
            {
                return false;
            }
        }, "it serves in its new session");
    }

    [Fact]
    public async Task Calls_within_the_process_look_too_and_go_elsewhere()
    {
        await StartAsync("two", fan => fan.AddService<IVault>(_ => new Vault("two")));
        await Eventually.TrueAsync(
            async () => (await _one.Directory.ListAsync(TestContext.Current.CancellationToken)).Endpoints.Count == 2,
            "both are registered");
        var own = _one.Fan.Get<IVault>();
        Assert.Equal("one", await own.WhoAsync());
        // A transport is named, so it looks for others of it: what it finds is both, and the store is not needed to find them again.
        _ = await _one.Fan.DescribeAsync("vault.who", new CallOptions { Transport = "loop" });
        _one.Store.Disconnect();
        Assert.Equal("two", await own.WhoAsync());
        _one.Store.Reconnect();
        Assert.Equal("one", await own.WhoAsync());
    }

    [Fact]
    public async Task Configuration_declares_services_strict_and_names_what_is_not_hosted()
    {
        var configured = await StartAsync("configured", fan =>
        {
            fan.Services.AddSingleton<IConfiguration>(
                new ConfigurationBuilder().AddInMemoryCollection([new("Fan:Strict", "ledger")]).Build());
            fan.AddService<ILedger>(_ => new Ledger());
        });
        configured.Store.Disconnect();
        await Assert.ThrowsAsync<LeaseLostException>(() => Served(configured, "ledger", "fence"));
        var wrong = await Assert.ThrowsAsync<FanStartException>(() => StartAsync("wrong", fan => fan.Strict<IVault>()));
        Assert.Contains("'wrong' hosts no IVault", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_of_a_unique_service_travels_with_its_calls()
    {
        TestHost leader = null!;
        leader = await StartAsync(
            "leader", fan => fan.AddService<ILeader>(_ => new Leader(() => leader.Fan)).Unique<ILeader>().Strict<ILeader>());
        await StartAsync("ledger", fan => fan.AddService<ILedger>(_ => new Ledger()));
        var tokens = (await _caller.Fan.Get<ILeader>().WriteAsync()).Split(' ');
        Assert.Equal(tokens[0], tokens[1]);
        Assert.True(long.Parse(tokens[0], System.Globalization.CultureInfo.InvariantCulture) > 0);
    }

    private static async Task Served(TestHost host, string service = "vault", string method = "who")
    {
        var server = host.Services.GetRequiredService<CallServer>();
        using var reply = new PayloadBuffer(1 << 16);
        await server.ServeAsync(
            server.Resolve(service, method),
            new IncomingCall { Payload = new("{}"u8.ToArray()), Headers = new MessageHeaders(), Transport = "test" },
            reply,
            TestContext.Current.CancellationToken);
    }

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}
