using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Transports;
using StackExchange.Redis;

namespace Fan.Redis.Calling;

/// <summary>A call whose reply is a sequence: the items that came and were not read yet, as many as the window allows.</summary>
internal sealed class SequenceCall(CallInbox inbox, OutgoingCall call, CallTarget target, int window) : PendingCall(call, target)
{
    /// <summary>What an item counts beside its bytes, so that many small ones are bounded too.</summary>
    public const int ItemCost = 64;

    // Bounded by the window.
    private readonly Channel<ReplyPayload> _items = Channel.CreateUnbounded<ReplyPayload>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });
    private long _unread;
    private long _owed;
    private long _unsent;
    private long _slack;

    // By the inbox's reader alone.
    private long _taken;

    public override bool Take(string type, StreamItem message)
    {
        try
        {
            switch (type)
            {
                case MessageTypes.Item:
                    if (MessageFields.ReadPlace(message) is { } place)
                    {
                        // One that came twice.
                        if (place <= _taken) return false;
                        if (place > _taken + 1) throw Missing();
                        _taken = place;
                    }

                    var bytes = MessageFields.ReadPayload(message).Length + ItemCost;
                    if (Interlocked.Add(ref _unread, bytes) - bytes >= window + Interlocked.Read(ref _slack))
                    {
                        throw new BadMessageException("reply", $"{Call.Endpoint} sends items beyond the {window} bytes that it may.");
                    }
                    var item = MessageFields.ReadReply(message, Call);
                    if (!_items.Writer.TryWrite(item)) item.Dispose();
                    return false;
                case MessageTypes.End:
                    if (MessageFields.ReadPlace(message) is { } count && count != _taken) throw Missing();
                    ReadSpans(message);
                    _items.Writer.TryComplete();
                    return true;
                case MessageTypes.Error:
                    ReadSpans(message);
                    Fail(ErrorJson.Read(MessageFields.ReadPayload(message).Span));
                    return true;
                default:
                    Fail(new BadMessageException(
                        "reply", $"{Call.Endpoint} replied with a message of type '{type}': it is no sequence; call it as an rpc."));
                    return true;
            }
        }
        catch (Exception error)
        {
            // Still pending, so that its reader tells the service.
            Fail(error);
            return false;
        }
    }

    public override void Fail(Exception error) => _items.Writer.TryComplete(error);

    /// <summary>The items as they come. Errors end it as they would end a call.</summary>
    public async IAsyncEnumerable<ReplyPayload> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (await _items.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (_items.Reader.TryRead(out var item))
                {
                    await ConsumedAsync(item.Memory.Length + ItemCost).ConfigureAwait(false);
                    yield return item;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            _items.Writer.TryComplete();
            if (inbox.TryRemove(this)) await inbox.CancelAsync(this).ConfigureAwait(false);
            while (_items.Reader.TryRead(out var item)) item.Dispose();
        }
    }

    private async ValueTask ConsumedAsync(int bytes)
    {
        Interlocked.Add(ref _unread, -bytes);
        _owed += bytes;
        if (_owed < window / 2) return;
        var owed = _owed;
        _owed = 0;
        if (inbox.IsPending(this)) await SendCreditAsync(owed).ConfigureAwait(false);
    }

    // Credit that is lost would let both sides wait for ever.
    public override ValueTask RetryAsync() => Interlocked.Exchange(ref _unsent, 0) is > 0 and var bytes ? SendCreditAsync(bytes) : default;

    private async ValueTask SendCreditAsync(long bytes)
    {
        if (await inbox.GrantAsync(this, bytes).ConfigureAwait(false) is not { } error) return;
        // It may have arrived after all, and then it comes twice.
        if (!error.WasNotSent && error.InnerException is not RedisServerException) Interlocked.Add(ref _slack, bytes);
        Interlocked.Add(ref _unsent, bytes);
    }

    private ServiceUnavailableException Missing() =>
        new(Call.Service, $"The sequence of '{Call.Service}.{Call.Method}' broke off: items of it were lost.");

    private void ReadSpans(StreamItem message)
    {
        if (Call.Headers.Spans is not null) Call.ReplySpans = message.Field(HeaderNames.Spans);
    }
}
