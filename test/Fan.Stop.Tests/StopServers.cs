using Fan.Stop.Tests;
using Fan.ZooKeeper.Tests.Servers;

[assembly: AssemblyFixture(typeof(StopServers))]

namespace Fan.Stop.Tests;

/// <summary>The servers of the run, each started when a test asks for it first.</summary>
public sealed class StopServers : IAsyncDisposable
{
    private readonly ServerFolder _folder = new("stop");
    private readonly Lazy<Task<RabbitServer>> _rabbit;
    private readonly Lazy<Task<RedisProcess>> _redis;
    private readonly Lazy<Task<PostgresServer>> _postgres;
    private readonly Lazy<Task<ZooKeeperEnsemble>> _zooKeeper;

    public StopServers()
    {
        _rabbit = new(async () =>
        {
            var server = new RabbitServer(_folder.New("rabbit"));
            await server.StartAsync();
            await server.ServesAsync();
            return server;
        });
        _redis = new(async () =>
        {
            var server = new RedisProcess(_folder.New("redis"));
            await server.StartAsync();
            return server;
        });
        _postgres = new(() => PostgresServer.StartAsync(_folder.New("postgres")));
        _zooKeeper = new(() => ZooKeeperEnsemble.StartAsync(_folder.New("zookeeper"), 1));
    }

    internal Task<RabbitServer> RabbitAsync() => _rabbit.Value;

    internal Task<RedisProcess> RedisAsync() => _redis.Value;

    internal Task<PostgresServer> PostgresAsync() => _postgres.Value;

    internal Task<ZooKeeperEnsemble> ZooKeeperAsync() => _zooKeeper.Value;

    internal string NewFolder(string name)
    {
        var folder = _folder.New(name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        if (_rabbit.IsValueCreated) await (await _rabbit.Value).DisposeAsync();
        if (_redis.IsValueCreated) await (await _redis.Value).DisposeAsync();
        if (_postgres.IsValueCreated) await (await _postgres.Value).DisposeAsync();
        if (_zooKeeper.IsValueCreated) await (await _zooKeeper.Value).DisposeAsync();
        _folder.Dispose();
    }
}
