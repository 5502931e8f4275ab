using System.Globalization;
using Fan.Redis.Tests.Servers;

[assembly: AssemblyFixture(typeof(RedisServers))]

namespace Fan.Redis.Tests.Servers;

/// <summary>The servers of a whole run, each started when a test asks for it first.</summary>
public sealed class RedisServers : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Lazy<Task<RedisProcess>> _shared;
    private readonly Lazy<Task<RedisProcess>> _disturbed;
    private int _folders;

    public RedisServers()
    {
        RedisProcess.RequireInstalled();
        var artifacts = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.FullName;
        var all = Directory.CreateDirectory(Path.Combine(artifacts, "redis"));
        foreach (var left in all.EnumerateDirectories().Where(left => !Directory.Exists($"/proc/{left.Name}"))) left.Delete(recursive: true);
        _folder = Path.Combine(all.FullName, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
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
        var server = new RedisProcess(Path.Combine(_folder, $"{name}{Interlocked.Increment(ref _folders)}"), settings);
        await server.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { _shared, _disturbed })
        {
            if (started.IsValueCreated) await (await started.Value).DisposeAsync();
        }

        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
