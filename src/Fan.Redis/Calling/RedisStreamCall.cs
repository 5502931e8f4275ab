using Fan.Brokers;
using Fan.Messaging;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Transports;
using StackExchange.Redis;

namespace Fan.Redis.Calling;

/// <summary>A call whose reply is a stream.</summary>
internal sealed class RedisStreamCall(CallInbox inbox, OutgoingCall call, RedisTarget target, int window) : RedisCall(call, target)
{
    private readonly StreamWindow _window = new(call, window);
    private long _unsent;

    public override bool Take(string type, StreamItem message)
    {
        try
        {
            if (type == MessageTypes.Item)
            {
                if (!_window.IsNext(RedisFields.ReadPlace(message))) return false;
                _window.Reserve(RedisFields.ReadPayload(message).Length);
                _window.Add(RedisFields.ReadReply(message, Call));
                return false;
            }

            ReadSpans(message);
            _window.End(type, RedisFields.ReadPayload(message).Span, RedisFields.ReadPlace(message));
            return true;
        }
        catch (Exception error)
        {
            // Still pending, so that its reader tells the service.
            Fail(error);
            return false;
        }
    }

    public override void Fail(Exception error) => _window.Fail(error);

    /// <summary>The items as they come. Errors end it as they would end a call.</summary>
    public IAsyncEnumerable<ReplyPayload> ReadAsync(CancellationToken cancellationToken) =>
        _window.ReadAsync(GrantAsync, LeaveAsync, cancellationToken);

    // Credit that is lost would let both sides wait for ever.
    public override ValueTask RetryAsync() => Interlocked.Exchange(ref _unsent, 0) is > 0 and var bytes ? SendCreditAsync(bytes) : default;

    private ValueTask GrantAsync(long bytes) => inbox.IsPending(this) ? SendCreditAsync(bytes) : default;

    private ValueTask LeaveAsync() => inbox.TryRemove(this) ? inbox.CancelAsync(this) : default;

    private async ValueTask SendCreditAsync(long bytes)
    {
        if (await inbox.GrantAsync(this, bytes).ConfigureAwait(false) is not { } error) return;
        // It may have arrived after all, and then it comes twice.
        if (!error.WasNotSent && error.InnerException is not RedisServerException) _window.Widen(bytes);
        Interlocked.Add(ref _unsent, bytes);
    }
}
