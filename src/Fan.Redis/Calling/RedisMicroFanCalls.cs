using System.Collections.Concurrent;
using Fan.Brokers;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Redis.Calling;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fan.Redis.Calling;

/// <summary>
/// Calls services that are not Fan's, as micro-fan does: requests and replies are published to channels. Safe from any thread.
/// </summary>
internal sealed class RedisMicroFanCalls(RedisServer server, TimeProvider clock, ILogger logger) : IAsyncDisposable, IDisposable
{
    /// <summary>The key among the properties of an endpoint that has the channel of its requests.</summary>
    public const string QueueProperty = "queue";

    private readonly ConcurrentDictionary<ulong, PendingReply> _pending = new();
    private readonly string _backRoute = new RedisTopology(server.Options.KeyPrefix).BackRoute(RedisTopology.NewId());
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _isOpen;
    private Task _watching = Task.CompletedTask;

    /// <summary>Where an endpoint takes its requests; null where its data has no channel.</summary>
    public static string? ChannelOf(EndpointDescription endpoint) =>
        endpoint.Properties.GetValueOrDefault(QueueProperty) is { Length: > 0 and <= 512 } channel ? channel : null;

    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        var channel = ChannelOf(call.Endpoint.Description)
            ?? throw new EndpointUnreachableException(call.Endpoint, $"Endpoint {call.Endpoint.Id} names no channel.");
        if (_pending.Count >= server.Options.MaxCalls)
        {
            throw new EndpointUnreachableException(
                call.Endpoint, $"{server.Options.MaxCalls} calls over Redis wait for their replies ({nameof(FanRedisOptions.MaxCalls)}).");
        }

        var context = ContextHeaders.For(call.Headers);
        RedisValue body = MicroFanRequest.Write(MicroFanForm.Redis, context, call.Method, call.Payload, _backRoute);
        var pending = new PendingReply(call, channel);
        try
        {
            await SubscribeAsync(cancellationToken).ConfigureAwait(false);
            _pending[context.Span] = pending;
            var receivers = await server.Shared.RunAsync(
                database => database.PublishAsync(RedisChannel.Literal(channel), body), cancellationToken).ConfigureAwait(false);
            if (receivers == 0)
            {
                throw new EndpointUnreachableException(
                    call.Endpoint, $"{call.Endpoint} does not listen to its channel in Redis at {server.Target.Where}.");
            }

            var reply = await pending.Source.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return MicroFanReply.Read(MicroFanForm.Redis, reply.Span, call);
        }
        catch (RedisAwayException error)
        {
            if (error.WasNotSent || error.InnerException is RedisServerException)
            {
                throw new EndpointUnreachableException(call.Endpoint, $"{call.Endpoint} can't be reached: {error.Message}", error);
            }

            throw new ServiceUnavailableException(call.Service, $"{call.Endpoint} broke off: {error.Message}", error);
        }
        finally
        {
            _pending.TryRemove(context.Span, out _);
        }
    }

    public void Dispose() => _closing.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        Lose(_ => true, "the calling application has stopped");
    }

    private async ValueTask SubscribeAsync(CancellationToken cancellationToken)
    {
        if (_isOpen) return;
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isOpen) return;
            var connection = await server.Shared.SubscribeAsync(
                RedisChannel.Literal(_backRoute), Take, clock, cancellationToken).ConfigureAwait(false);
            // A channel keeps nothing for those who do not listen at the moment.
            connection.ConnectionFailed += (_, failure) =>
            {
                if (failure.ConnectionType == ConnectionType.Subscription) Lose(_ => true, "the connection for the reply was lost");
            };
            using (ExecutionContext.SuppressFlow()) _watching = Task.Run(WatchAsync, CancellationToken.None);
            _isOpen = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    private void Take(RedisValue body)
    {
        // What has no span of ours came for a call that was left.
        if (MicroFanReply.SpanOf(body) is { } span && _pending.TryGetValue(span, out var pending)) pending.Source.TrySetResult(body);
    }

    // These services answer nothing but requests, so the server is asked whether anybody still listens.
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(server.Options.ProbeInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            {
                var old = _pending.Values.Where(pending => Interlocked.Exchange(ref pending.Age, 1) == 1)
                    .Select(pending => pending.Channel)
                    .ToHashSet(StringComparer.Ordinal);
                foreach (var channel in old) await LookAsync(channel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private async Task LookAsync(string channel)
    {
        try
        {
            var answer = (RedisResult[])(await server.Shared.RunAsync(
                database => database.ExecuteAsync("PUBSUB", "NUMSUB", channel), _closing.Token).ConfigureAwait(false))!;
            if (answer.Length == 2 && (long)answer[1] == 0) Lose(pending => pending.Channel == channel, "it does not listen any more");
        }
        catch (Exception error) when (!_closing.IsCancellationRequested)
        {
            RedisCallLog.NotKept(logger, server.Target.Where, error.Message);
        }
    }

    private void Lose(Func<PendingReply, bool> which, string reason)
    {
        foreach (var pending in _pending.Values.Where(which))
        {
            pending.Source.TrySetException(
                new ServiceUnavailableException(pending.Call.Service, $"{pending.Call.Endpoint} broke off: {reason}."));
        }
    }

    private sealed class PendingReply(OutgoingCall call, string channel)
    {
        // Set by the first look; the second one asks for it.
        public int Age;

        public OutgoingCall Call => call;

        public string Channel => channel;

        public TaskCompletionSource<ReadOnlyMemory<byte>> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
