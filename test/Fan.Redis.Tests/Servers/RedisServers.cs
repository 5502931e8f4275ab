using Fan.Redis.Tests.Servers;

[assembly: AssemblyFixture(typeof(RedisServers))]

namespace Fan.Redis.Tests.Servers;

/// <summary>The servers of a whole run, each started when a test asks for it first.</summary>
public sealed class RedisServers : IAsyncDisposable
{
    private readonly ServerFolder _folder = new("redis");
    private readonly Lazy<Task<RedisProcess>> _shared;
    private readonly Lazy<Task<RedisProcess>> _disturbed;

    public RedisServers()
    {
        RedisProcess.RequireInstalled();
        _shared = new(() => StartAsync("shared"));
        _disturbed = new(() => StartAsync("disturbed"));
    }

    /// <summary>A server that nobody may disturb.</summary>
    internal Task<RedisProcess> SharedAsync() => _shared.Value;

    /// <summary>A server that tests may kill; they leave it running.</summary>
    internal Task<RedisProcess> DisturbedAsync() => _disturbed.Value;

    /// <summary>A server for one test, which ends it.</summary>
    internal async Task<RedisProcess> StartAsync(string name, params string[] settings)
    {
        var server = new RedisProcess(_folder.New(name), settings);
        await server.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { _shared, _disturbed })
        {
            if (started.IsValueCreated) await (await started.Value).DisposeAsync();
        }

        _folder.Dispose();
    }
}
