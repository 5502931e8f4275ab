using System.Threading.Channels;
using Fan.Ipc.Wire;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Ipc.Calling;

/// <summary>A call whose reply is a sequence: the items that came and were not read yet, as many as the window allows.</summary>
internal sealed class ClientSequence(ClientConnection connection, OutgoingCall call, long window) : IOpenCall
{
    // Bounded by the window, which the reader of the connection enforces.
    private readonly Channel<(ReplyPayload Payload, int Bytes)> _items =
        Channel.CreateUnbounded<(ReplyPayload Payload, int Bytes)>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private long _unread;
    private long _owed;

    public uint Stream { get; set; }

    public OutgoingCall Call => call;

    /// <exception cref="WireException">The peer sends more than it may.</exception>
    public void Add(in ReplyPayload payload, int bytes)
    {
        if (Interlocked.Add(ref _unread, bytes) - bytes >= window)
        {
            throw new WireException($"Stream {Stream} sends items beyond its window of {window} bytes.", ErrorCodes.LimitExceeded);
        }

        // A reader that has just left finds it no more.
        if (_items.Writer.TryWrite((payload, bytes))) return;
        payload.Dispose();
        connection.ItemConsumed(bytes);
    }

    public void End() => _items.Writer.TryComplete();

    public void Reply(in ReplyPayload payload)
    {
        payload.Dispose();
        Fail(new BadMessageException("reply", "The reply is no sequence; call the method as an rpc."));
    }

    public void Fail(Exception error) => _items.Writer.TryComplete(error);

    /// <summary>The items as they come. Errors end it as they would end a call.</summary>
    public async IAsyncEnumerable<ReplyPayload> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (await _items.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (_items.Reader.TryRead(out var item))
                {
                    Consumed(item.Bytes);
                    yield return item.Payload;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            connection.TryAbandon(Stream, this);
            _items.Writer.TryComplete();
            while (_items.Reader.TryRead(out var item))
            {
                item.Payload.Dispose();
                connection.ItemConsumed(item.Bytes);
            }
        }
    }

    private void Consumed(int bytes)
    {
        Interlocked.Add(ref _unread, -bytes);
        _owed += bytes;
        connection.ItemConsumed(bytes);
        if (_owed < window / 2) return;
        connection.Grant(Stream, this, _owed);
        _owed = 0;
    }
}
