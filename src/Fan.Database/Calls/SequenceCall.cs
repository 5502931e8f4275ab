using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Database.Calls;

/// <summary>A call whose reply is a sequence: the items that came and were not read yet, as many as the window allows.</summary>
internal sealed class SequenceCall(long peer, OutgoingCall call, int window, Mailbox mailbox) : OpenCall(peer, call)
{
    // Bounded by the credit that the far end has.
    private readonly Channel<(ReplyPayload Payload, int Bytes)> _items = Channel.CreateUnbounded<(ReplyPayload, int)>(
        new UnboundedChannelOptions { SingleReader = true });

    private long _received;
    private long _last;
    private long _read;
    private long _granted = window;

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
                    _read += item.Bytes;
                    if (_read + window - _granted >= window / 2)
                    {
                        _granted = _read + window;
                        await mailbox.PostAsync(
                            Call.Service,
                            new CallFrame { Peer = Peer, Call = Number, Kind = FrameKind.Credit, Number = _granted }).ConfigureAwait(false);
                    }

                    yield return item.Payload;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            _items.Writer.TryComplete();
            while (_items.Reader.TryRead(out var item)) item.Payload.Dispose();
        }
    }

    protected override void Take(CallFrame frame)
    {
        switch (frame.Kind)
        {
            // One that came twice.
            case FrameKind.Item when frame.Number <= _last:
                return;
            case FrameKind.Item when frame.Number == _last + 1:
                _last = frame.Number;
                // The last one may go over the credit, as the far end can't cut it.
                if (_received >= Volatile.Read(ref _granted))
                {
                    throw new BadMessageException("item", $"The far end sends more than {window} bytes that are not read.");
                }

                _received += frame.Body.Length;
                var payload = Payload(frame);
                if (!_items.Writer.TryWrite((payload, frame.Body.Length))) payload.Dispose();
                return;
            // One of a far end that does not count them has no number.
            case FrameKind.End when frame.Number > _last:
                throw new ServiceUnavailableException(
                    Call.Service, $"The sequence of '{Call.Service}.{Call.Method}' broke off: items of it were lost.");
            case FrameKind.End:
                _items.Writer.TryComplete();
                return;
            case FrameKind.Item:
                throw new ServiceUnavailableException(
                    Call.Service, $"The sequence of '{Call.Service}.{Call.Method}' broke off: items of it were lost.");
            default:
                throw new BadMessageException("reply", "The reply is no sequence; call the method as an rpc.");
        }
    }
}
