using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Brokers;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Redis.Settings;
using Fan.Transports;
using Microsoft.Extensions.Logging;

namespace Fan.Redis.Calling;

/// <summary>Carries calls over Redis: to Fan applications over streams, to others in micro-fan's form. Safe from any thread.</summary>
internal sealed class RedisClientTransport : IClientTransport, IAsyncDisposable, IDisposable
{
    /// <summary>The key among the properties of an endpoint that has the id of the process behind it.</summary>
    public const string InboxProperty = "inbox";

    private readonly RedisServer _server;
    private readonly CallInbox _inbox;
    private readonly RedisMicroFanCalls _microFan;

    public RedisClientTransport(RedisServer server, TimeProvider clock, ILogger<RedisClientTransport> logger)
    {
        _server = server;
        _inbox = new CallInbox(server, clock, logger);
        _microFan = new RedisMicroFanCalls(server, clock, logger);
    }

    public string Name => "redis";

    // What is not Fan's says at which server it listens; ours is the only one that we go to.
    public bool Reaches(EndpointDescription endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint.IsFan || (RedisMicroFanCalls.ChannelOf(endpoint) is not null && _server.Target.Hosts.Any(host =>
            host.Port == (endpoint.Port > 0 ? endpoint.Port : 6379)
            && endpoint.Host is { } theirs
            && (string.Equals(host.Host, theirs.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
                || (BrokerHost.IsLoopback(host.Host) && BrokerHost.IsLoopback(theirs)))));
    }

    public string WhyOutOfReach(EndpointDescription endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return RedisMicroFanCalls.ChannelOf(endpoint) is null
            ? "names no channel"
            : $"listens at the server {endpoint.Host}:{(endpoint.Port > 0 ? endpoint.Port : 6379)}, " +
                $"and this application uses {_server.Target.Where}";
    }

    // Awaited once, by the pipeline: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (!call.Endpoint.Description.IsFan) return await _microFan.CallAsync(call, cancellationToken).ConfigureAwait(false);
        var pending = new RedisUnaryCall(call, TargetOf(call));
        var fields = RedisFields.Request(call, MessageTypes.Call);
        await _inbox.OpenAsync(call, cancellationToken).ConfigureAwait(false);
        _inbox.Add(pending);
        await _inbox.SendAsync(pending, fields, cancellationToken).ConfigureAwait(false);
        return await ReplyAsync(pending, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (!call.Endpoint.Description.IsFan)
        {
            throw new BadMessageException("method", $"'{call.Service}.{call.Method}' is no Fan service: it has no sequences.");
        }

        var window = _server.Options.SequenceWindowBytes;
        var pending = new RedisStreamCall(_inbox, call, TargetOf(call), window);
        var fields = RedisFields.Request(call, MessageTypes.Sequence);
        RedisFields.Add(fields, RedisFields.Credit, window.ToString(CultureInfo.InvariantCulture));
        await _inbox.OpenAsync(call, cancellationToken).ConfigureAwait(false);
        _inbox.Add(pending);
        await _inbox.SendAsync(pending, fields, cancellationToken).ConfigureAwait(false);
        await foreach (var item in pending.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return item;
    }

    // The streams end by themselves.
    public void Dispose() => _microFan.Dispose();

    public async ValueTask DisposeAsync() =>
        await _server.EndAsync("ending the calls to others over Redis", EndAsync).ConfigureAwait(false);

    private async Task EndAsync()
    {
        await _inbox.DisposeAsync().ConfigureAwait(false);
        await _microFan.DisposeAsync().ConfigureAwait(false);
    }

    private RedisTarget TargetOf(OutgoingCall call) =>
        RedisTarget.Of(call.Endpoint, _inbox.RedisTopology)
        ?? throw new EndpointUnreachableException(call.Endpoint, $"Endpoint {call.Endpoint.Id} names no inbox.");

    // A caller that does not wait any more is told to the service.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReplyPayload> ReplyAsync(RedisUnaryCall pending, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var pending = (RedisUnaryCall)state!;
                if (pending.Inbox!.TryRemove(pending)) pending.Fail(new OperationCanceledException(token));
            },
            pending);
        try
        {
            return await pending.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
            when (error.CancellationToken == cancellationToken && cancellationToken.IsCancellationRequested)
        {
            await _inbox.CancelAsync(pending).ConfigureAwait(false);
            throw;
        }
    }
}
