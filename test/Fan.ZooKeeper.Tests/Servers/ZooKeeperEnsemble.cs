using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fan.Conformance;

namespace Fan.ZooKeeper.Tests.Servers;

/// <summary>One server, or several that vote.</summary>
internal sealed class ZooKeeperEnsemble : IAsyncDisposable
{
    private ZooKeeperEnsemble(IReadOnlyList<ZooKeeperServer> servers) => Servers = servers;

    public IReadOnlyList<ZooKeeperServer> Servers { get; }

    /// <summary>The servers as they stand in a store's URL.</summary>
    public string Hosts => string.Join(',', Servers.Select(server => server.Address));

    public string Url(string chroot = "", string session = "30s") => $"zookeeper://{Hosts}{chroot}?session={session}";

    public static async Task<ZooKeeperEnsemble> StartAsync(
        string folder, int count, IReadOnlyDictionary<string, string>? more = null, IReadOnlyList<string>? javaOptions = null)
    {
        var ports = FreePorts(count * 3);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["tickTime"] = "500",
            ["initLimit"] = "20",
            ["syncLimit"] = "10",
            ["minSessionTimeout"] = "1000",
            ["maxSessionTimeout"] = "60000",
            ["clientPortAddress"] = "127.0.0.1",
            ["admin.enableServer"] = "false",
            ["maxClientCnxns"] = "0",
            ["4lw.commands.whitelist"] = "ruok,srvr,wchp",
        };
        foreach (var (key, value) in more ?? new Dictionary<string, string>()) settings[key] = value;
        for (var i = 0; count > 1 && i < count; i++)
        {
            settings[$"server.{i + 1}"] = string.Create(
                CultureInfo.InvariantCulture, $"127.0.0.1:{ports[count + i]}:{ports[(2 * count) + i]}");
        }
        var servers = Enumerable.Range(0, count)
            .Select(i => new ZooKeeperServer(Path.Combine(folder, $"{i + 1}"), ports[i], settings, javaOptions ?? [])).ToList();
        var ensemble = new ZooKeeperEnsemble(servers);
        for (var i = 0; i < count; i++)
        {
            Directory.CreateDirectory(Path.Combine(servers[i].Folder, "data"));
            await File.WriteAllTextAsync(Path.Combine(servers[i].Folder, "data", "myid"), $"{i + 1}");
        }

        await ensemble.StartAllAsync();
        return ensemble;
    }

    public async Task StartAllAsync()
    {
        foreach (var server in Servers.Where(server => !server.IsRunning)) await server.StartAsync();
        foreach (var server in Servers) await server.ServesAsync();
    }

    public Task KillAllAsync() => Task.WhenAll(Servers.Select(server => server.KillAsync()));

    public async Task<ZooKeeperServer> LeaderAsync()
    {
        ZooKeeperServer? leader = null;
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var server in Servers.Where(server => server.IsRunning))
                {
                    if (await server.ModeAsync() is "leader" or "standalone") leader = server;
                }

                return leader is not null;
            },
            "there is a leader");
        return leader!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers) await server.DisposeAsync();
    }

    // Held all at once, so that they differ.
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }
}
