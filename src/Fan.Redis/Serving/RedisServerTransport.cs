using Fan.Discovery;
using Fan.Redis.Calling;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Redis.Serving;

/// <summary>Takes calls from streams of this process's own, and in micro-fan's form from channels. Safe from any thread.</summary>
internal sealed class RedisServerTransport(
    RedisServer redis, TimeProvider clock, ILogger<RedisServerTransport> logger) : IServerTransport, IAsyncDisposable, IDisposable
{
    private readonly string _id = RedisTopology.NewId();
    private ServingInbox? _inbox;
    private MicroFanListener? _microFan;
    private bool _isStopped;

    public string Name => "redis";

    public async Task StartAsync(CallServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!redis.Options.Serve || server.Services.Count == 0) return;
        _inbox = new ServingInbox(redis, server, _id, clock, logger);
        _microFan = new MicroFanListener(redis, server, _id, clock, logger);
        _inbox.Start();
        _microFan.Start();
        // A server that is away does not keep the application from starting.
        await Task.WhenAll(_inbox.Settled, _microFan.Settled).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // The streams of this process do not outlive it, which a persistent endpoint must.
    public EndpointDescription? Describe(ServedService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (_inbox is null || service.IsPersistent) return null;
        var (host, port) = redis.Target.Hosts[0];
        return new EndpointDescription
        {
            Transport = Name,
            Host = host,
            Port = port,
            Methods = service.DescribeMethods(),
            Properties = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [RedisClientTransport.InboxProperty] = _id,
                [Calling.RedisMicroFanCalls.QueueProperty] = new RedisTopology(redis.Options.KeyPrefix).MicroFan(
                    _id, service.Name.Canonical),
            },
        };
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_inbox is null || Interlocked.Exchange(ref _isStopped, true)) return;
        await Task.WhenAll(_inbox.DrainAsync(cancellationToken), _microFan!.DrainAsync(cancellationToken)).ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
    }

    // The streams end by themselves.
    public void Dispose()
    {
    }

    public async ValueTask DisposeAsync() => await redis.EndAsync("leaving the streams of calls at Redis", EndAsync).ConfigureAwait(false);

    private async Task EndAsync()
    {
        if (_inbox is not null) await _inbox.DisposeAsync().ConfigureAwait(false);
        if (_microFan is not null) await _microFan.DisposeAsync().ConfigureAwait(false);
    }
}
