using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Stores.Servers;

/// <summary>One server, or several that vote, with ZooKeeper's own settings but for the address that they listen on.</summary>
internal sealed class ZooKeeperEnsemble : IAsyncDisposable
{
    private readonly List<ZooKeeperServer> _servers = [];
    private readonly string _folder;
    private readonly string _heap;
    private readonly IReadOnlyList<string> _settings;
    private int _replaced;

    private ZooKeeperEnsemble(string folder, IReadOnlyList<string> settings, string heap) =>
        (_folder, _settings, _heap) = (folder, settings, heap);

    /// <summary>The servers as they stand in a store's URL.</summary>
    public string Hosts => string.Join(',', Servers.Select(server => server.Address));

    public IReadOnlyList<ZooKeeperServer> Servers => _servers;

    /// <param name="folder">Where their data is to be.</param>
    /// <param name="count">How many.</param>
    /// <param name="tick">ZooKeeper's <c>tickTime</c> in milliseconds: sessions last two of them or longer.</param>
    /// <param name="heap">The memory of each for its data.</param>
    public static async Task<ZooKeeperEnsemble> StartAsync(string folder, int count, int tick = 2000, string heap = "256m")
    {
        var ports = FreePorts(count * 3);
        List<string> settings =
        [
            $"tickTime={tick}",
            "initLimit=10",
            "syncLimit=5",
            "maxSessionTimeout=60000",
            "clientPortAddress=127.0.0.1",
            "admin.enableServer=false",
            "maxClientCnxns=0",
        ];
        for (var i = 0; count > 1 && i < count; i++)
        {
            settings.Add(
                string.Create(CultureInfo.InvariantCulture, $"server.{i + 1}=127.0.0.1:{ports[count + i]}:{ports[(2 * count) + i]}"));
        }

        var ensemble = new ZooKeeperEnsemble(folder, settings, heap);
        try
        {
            for (var i = 0; i < count; i++)
            {
                var own = Directory.CreateDirectory(Path.Combine(folder, $"{i + 1}")).FullName;
                await File.WriteAllTextAsync(Path.Combine(own, "myid"), $"{i + 1}");
                ensemble._servers.Add(await ZooKeeperServer.StartAsync(own, ports[i], settings, heap));
            }

            foreach (var server in ensemble._servers) await server.ServesAsync();
            return ensemble;
        }
        catch
        {
            await ensemble.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the leader; null where nobody leads at the moment.</summary>
    public async Task<ZooKeeperServer?> KillLeaderAsync()
    {
        foreach (var server in _servers)
        {
            if (!await server.LeadsAsync()) continue;
            await server.KillAsync();
            return server;
        }

        return null;
    }

    /// <summary>Puts a new server with no data in the place of the only one.</summary>
    public async Task ReplaceAsync()
    {
        await _servers[0].KillAsync();
        var own = Directory.CreateDirectory(
            Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"new-{++_replaced}"))).FullName;
        _servers[0] = await ZooKeeperServer.StartAsync(own, IPEndPoint.Parse(_servers[0].Address).Port, _settings, _heap);
        await _servers[0].ServesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }

    // Held all at once, so that they differ.
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
