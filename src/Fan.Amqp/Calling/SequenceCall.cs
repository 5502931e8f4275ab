using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Calling;

/// <summary>A call whose reply is a sequence: the items that came and were not read yet, as many as the window allows.</summary>
internal sealed class SequenceCall(CallChannel channel, OutgoingCall call, int window) : PendingCall(call)
{
    /// <summary>What an item counts beside its bytes, so that many small ones are bounded too.</summary>
    public const int ItemCost = 64;

    // Bounded by the window.
    private readonly Channel<ReplyPayload> _items = Channel.CreateUnbounded<ReplyPayload>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });
    private long _unread;
    private long _owed;

    public override bool Take(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        try
        {
            switch (properties.Type)
            {
                case MessageTypes.Item:
                    if (Interlocked.Add(ref _unread, body.Length + ItemCost) - body.Length - ItemCost >= window)
                        throw new BadMessageException("reply", $"{Call.Endpoint} sends items beyond the {window} bytes that it may.");
                    var item = Copy(properties, body);
                    if (!_items.Writer.TryWrite(item)) item.Dispose();
                    return false;
                case MessageTypes.End:
                    ReadSpans(properties);
                    _items.Writer.TryComplete();
                    return true;
                case MessageTypes.Error:
                    ReadSpans(properties);
                    Fail(ErrorJson.Read(body));
                    return true;
                case var other:
                    Fail(new BadMessageException(
                        "reply", $"{Call.Endpoint} replied with a message of type '{other}': it is no sequence; call it as an rpc."));
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
            if (channel.TryRemove(this)) await channel.CancelAsync(this).ConfigureAwait(false);
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
        if (channel.IsPending(this)) await channel.GrantAsync(this, owed).ConfigureAwait(false);
    }

    private void ReadSpans(IReadOnlyBasicProperties properties)
    {
        if (Call.Headers.Spans is not null) Call.ReplySpans = MessageFields.Text(properties, HeaderNames.Spans);
    }
}
