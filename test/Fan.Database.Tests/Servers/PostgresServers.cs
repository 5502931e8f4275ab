using System.Globalization;
using Fan.Database.Tests.Servers;

[assembly: AssemblyFixture(typeof(PostgresServers))]

namespace Fan.Database.Tests.Servers;

/// <summary>The servers of a whole run, each started when a test asks for it first.</summary>
public sealed class PostgresServers : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Lazy<Task<PostgresServer>> _shared;
    private readonly Lazy<Task<PostgresServer>> _disturbed;

    public PostgresServers()
    {
        var artifacts = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.FullName;
        var all = Directory.CreateDirectory(Path.Combine(artifacts, "postgres"));
        foreach (var left in all.EnumerateDirectories().Where(left => !Directory.Exists($"/proc/{left.Name}"))) left.Delete(recursive: true);
        _folder = Path.Combine(all.FullName, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        _shared = new(() => PostgresServer.StartAsync(Path.Combine(_folder, "shared")));
        _disturbed = new(() => PostgresServer.StartAsync(Path.Combine(_folder, "disturbed")));
    }

    /// <summary>A server that nobody may disturb.</summary>
    internal Task<PostgresServer> SharedAsync() => _shared.Value;

    /// <summary>A server for the tests of one collection, which may kill it.</summary>
    internal Task<PostgresServer> DisturbedAsync() => _disturbed.Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { _shared, _disturbed })
        {
            if (started.IsValueCreated) await (await started.Value).DisposeAsync();
        }

        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
