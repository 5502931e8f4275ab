using Fan.Conformance;
using Fan.Discovery;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.ZooKeeper.Tests.MicroFan;

/// <summary>
/// A chroot that our applications share with peers that talk as micro-fan does, on a server that never collects empty nodes by itself.
/// </summary>
public abstract class MicroFanTest(ZooKeeperServers servers) : IAsyncLifetime
{
    private readonly List<IHost> _hosts = [];
    private readonly List<MicroFanPeer> _peers = [];
    private ZooKeeperHarness _harness = null!;

    internal ZooKeeperEnsemble Server { get; private set; } = null!;

    /// <summary>Another program's session.</summary>
    internal ZooKeeperCoordinationStore Store { get; private set; } = null!;

    internal MicroFanPeer Peer { get; private set; } = null!;

    internal string Url => _harness.Url;

    internal string Chroot => _harness.Chroot;

    public async ValueTask InitializeAsync()
    {
        Server = await servers.UncollectedAsync();
        _harness = new ZooKeeperHarness(Server);
        Store = await _harness.OpenAsync();
        Peer = StartPeer();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList()) await StopAsync(host);
        _peers.ForEach(peer => peer.Dispose());
        await _harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal MicroFanPeer StartPeer(double session = 10)
    {
        var peer = new MicroFanPeer(Server.Hosts, _harness.Chroot, session);
        _peers.Add(peer);
        return peer;
    }

    internal Task<IHost> StartAsync(string name, Action<FanBuilder>? configure = null) => StartAsync(name, Url, configure);

    internal async Task<IHost> StartAsync(string name, string url, Action<FanBuilder>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services.AddFan(options => options.Name = name).UseStore(url).AddZooKeeperStore().AddHttp();
        configure?.Invoke(fan);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    internal async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    internal static IFan FanOf(IHost host) => host.Services.GetRequiredService<IFan>();

    internal static async Task SeesAsync(IHost host, string service, int count) => await Eventually.TrueAsync(
        async () => (await host.Services.GetRequiredService<IEndpointDirectory>().FindAsync(service)).Count == count,
        $"{count} endpoints of {service} are seen");

    /// <summary>The registration that a service of micro-fan writes, byte by byte.</summary>
    internal static string Config(int port, string methods = """{"name": "echo", "url": "/simple/echo", "method": "POST"}""") =>
        $$"""{"transport": "http", "host": "127.0.0.1", "port": {{port}}, "methods": [{{methods}}]}""";
}
