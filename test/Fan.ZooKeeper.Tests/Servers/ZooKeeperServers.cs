using System.Globalization;
using Fan.ZooKeeper.Tests.Servers;

[assembly: AssemblyFixture(typeof(ZooKeeperServers))]

namespace Fan.ZooKeeper.Tests.Servers;

/// <summary>The servers of a whole run, each started when a test asks for it first.</summary>
public sealed class ZooKeeperServers : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Lazy<Task<ZooKeeperEnsemble>> _single;
    private readonly Lazy<Task<ZooKeeperEnsemble>> _ensemble;
    private readonly Lazy<Task<ZooKeeperEnsemble>> _disturbed;
    private readonly Lazy<Task<ZooKeeperEnsemble>> _uncollected;
    private int _folders;

    public ZooKeeperServers()
    {
        ZooKeeperServer.RequireInstalled();
        var artifacts = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.FullName;
        var all = Directory.CreateDirectory(Path.Combine(artifacts, "zookeeper"));
        foreach (var left in all.EnumerateDirectories().Where(left => !Directory.Exists($"/proc/{left.Name}")))
        {
            left.Delete(recursive: true);
        }
        _folder = Path.Combine(all.FullName, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        _single = new(() => ZooKeeperEnsemble.StartAsync(NewFolder("single"), 1));
        _ensemble = new(() => ZooKeeperEnsemble.StartAsync(NewFolder("ensemble"), 3));
        _disturbed = new(() => ZooKeeperEnsemble.StartAsync(NewFolder("disturbed"), 3));
        _uncollected = new(
            () => ZooKeeperEnsemble.StartAsync(NewFolder("uncollected"), 1, javaOptions: ["-Dznode.container.checkIntervalMs=3600000"]));
    }

    /// <summary>One server that nobody may disturb.</summary>
    internal Task<ZooKeeperEnsemble> SingleAsync() => _single.Value;

    /// <summary>Three servers that nobody may disturb.</summary>
    internal Task<ZooKeeperEnsemble> EnsembleAsync() => _ensemble.Value;

    /// <summary>Three servers for the tests of one class, which may kill them.</summary>
    internal Task<ZooKeeperEnsemble> DisturbedAsync() => _disturbed.Value;

    /// <summary>One server that nobody may disturb and that never looks for empty containers.</summary>
    internal Task<ZooKeeperEnsemble> UncollectedAsync() => _uncollected.Value;

    internal string NewFolder(string name) => Path.Combine(_folder, $"{name}{Interlocked.Increment(ref _folders)}");

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { _single, _ensemble, _disturbed, _uncollected })
        {
            if (started.IsValueCreated) await (await started.Value).DisposeAsync();
        }

        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
