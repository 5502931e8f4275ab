using System.Text.Json;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Redis.Calling;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Serving;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fan.Redis.Serving;

/// <summary>
/// Listens to channels for requests in micro-fan's form: one for each service, as a request does not name it. Safe from any thread.
/// </summary>
internal sealed class MicroFanListener(
    RedisServer server, CallServer calls, string id, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    // Requests beyond what is served at once are refused one by one, but only so many.
    private const int Refusals = 1000;

    private readonly RedisTopology _topology = new(server.Options.KeyPrefix);
    private readonly RunningCalls<RedisServedCall> _running = new();
    private readonly CallWorkspaces _workspaces = new(calls, "redis");
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _subscribing = Task.CompletedTask;
    private volatile ISubscriber? _subscriber;
    private long _lastNumber;
    private int _hasTold;

    /// <summary>Ends when requests can come, or when the first obstacle was met.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Whether one more may be served.</summary>
    public bool HasRoom => _running.Count <= server.Options.Prefetch;

    public void Start()
    {
        using (ExecutionContext.SuppressFlow()) _subscribing = Task.Run(SubscribeAsync);
    }

    /// <summary>Where the reply to a request goes; null where it wants none.</summary>
    /// <exception cref="BadMessageException">It can't go there, so that nothing of the request is to run.</exception>
    public string? BackRouteOf(JsonElement request)
    {
        try
        {
            if (MicroFanRequest.BackRoute(request) is not { } route) return null;
            return _topology.IsBackRoute(route)
                ? route
                : throw new BadMessageException(
                    "back_route", $"Channel '{HeaderText.Shorten(route)}' is not for replies: services or servers listen there.");
        }
        catch (BadMessageException error)
        {
            // Nobody can be told but who reads the log; once, as who sends such a thing may send many.
            if (Interlocked.Exchange(ref _hasTold, 1) == 0) RedisCallLog.NoWayBack(logger, error.Message);
            throw;
        }
    }

    /// <summary>Publishes a reply. One that can't be published is lost, and with a caller that has gone nobody hears it.</summary>
    public async Task ReplyAsync(string? backRoute, byte[] body)
    {
        if (backRoute is null) return;
        try
        {
            await server.Shared.RunAsync(
                database => database.PublishAsync(RedisChannel.Literal(backRoute), body), CancellationToken.None).ConfigureAwait(false);
        }
        catch (RedisAwayException error)
        {
            RedisCallLog.ReplyFailed(logger, error.Message);
        }
    }

    /// <summary>Lets nothing new in, and waits until all that came has been served; until cancelled: then it breaks the rest off.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await EndAsync().ConfigureAwait(false);
        await _running.DrainedAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var call in _running.All)
        {
            await call.BreakOffAsync(
                new ServiceUnavailableException("", $"Application '{calls.Application}' stops.")).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        foreach (var call in _running.All) call.Leave();
    }

    private async Task EndAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _subscribing.ConfigureAwait(false);
        if (_subscriber is not { } subscriber) return;
        _subscriber = null;
        try
        {
            foreach (var service in calls.Services) await subscriber.UnsubscribeAsync(Channel(service)).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisErrors.IsOne(error))
        {
            // It ends with the connection.
            RedisCallLog.ReplyFailed(logger, RedisErrors.Explain(error, server.Target.Where));
        }
    }

    // Until it succeeds; from then on the client library does so after each reconnection.
    private async Task SubscribeAsync()
    {
        var pause = new BackOff(clock);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                foreach (var service in calls.Services)
                {
                    var name = service.Name.Canonical;
                    var connection = await server.Shared.SubscribeAsync(
                        Channel(service), body => Take(name, body), clock, _closing.Token).ConfigureAwait(false);
                    _subscriber = connection.GetSubscriber();
                }

                _settled.TrySetResult();
                return;
            }
            catch (Exception error)
            {
                _settled.TrySetResult();
                if (!_closing.IsCancellationRequested) RedisCallLog.NotOffered(logger, server.Target.Where, error.Message);
                await pause.WaitAsync(_closing.Token).ConfigureAwait(false);
            }
        }
    }

    private RedisChannel Channel(ServedService service) => RedisChannel.Literal(_topology.MicroFan(id, service.Name.Canonical));

    private void Take(string service, RedisValue body)
    {
        if (_closing.IsCancellationRequested || _running.Count > server.Options.Prefetch + Refusals) return;
        var key = new CallKey("", Interlocked.Increment(ref _lastNumber).ToString(System.Globalization.CultureInfo.InvariantCulture));
        var call = new RedisMicroFanRequest(this, calls, _running, _workspaces, key, service, (byte[]?)body ?? []);
        if (_running.TryAdd(call)) ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
    }
}
