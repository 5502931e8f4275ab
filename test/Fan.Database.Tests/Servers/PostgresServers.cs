using Fan.Database.Tests.Servers;

[assembly: AssemblyFixture(typeof(PostgresServers))]

namespace Fan.Database.Tests.Servers;

/// <summary>The servers of a whole run, each started when a test asks for it first.</summary>
public sealed class PostgresServers : IAsyncDisposable
{
    private readonly ServerFolder _folder = new("postgres");
    private readonly Lazy<Task<PostgresServer>> _shared;
    private readonly Lazy<Task<PostgresServer>> _disturbed;

    public PostgresServers()
    {
        _shared = new(() => PostgresServer.StartAsync(_folder.New("shared")));
        _disturbed = new(() => PostgresServer.StartAsync(_folder.New("disturbed")));
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

        _folder.Dispose();
    }
}
