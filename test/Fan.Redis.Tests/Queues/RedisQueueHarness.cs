using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Queues;
using Fan.Redis.Connections;
using Fan.Redis.Queues;
using Fan.Redis.Tests.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Redis.Tests.Queues;

/// <summary>Opens transports as processes of their own would.</summary>
internal sealed class RedisQueueHarness(RedisProcess process, Action<FanRedisOptions>? configure = null) : IDurableQueueHarness
{
    private readonly List<(RedisServer Server, RedisQueueTransport Transport)> _opened = [];

    /// <summary>What the transports write into their log.</summary>
    public WrittenText Log { get; } = new();

    public Task<IQueueTransport> OpenAsync()
    {
        var options = new FanRedisOptions { Uri = process.Uri };
        configure?.Invoke(options);
        var server = new RedisServer(
            Options.Create(options),
            Options.Create(new FanOptions { Name = "tests" }),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<RedisServer>.Instance);
        var transport = new RedisQueueTransport(server, TimeProvider.System, new LoggerFactory([Log]).CreateLogger<RedisQueueTransport>());
        _opened.Add((server, transport));
        return Task.FromResult<IQueueTransport>(transport);
    }

    public Task CrashAsync(IQueueTransport transport)
    {
        _opened.Single(opened => opened.Transport == transport).Server.Crash();
        return Task.CompletedTask;
    }

    public async Task RestartAsync()
    {
        await process.KillAsync();
        await process.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (server, transport) in _opened)
        {
            await transport.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
