using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Brokers;

/// <summary>
/// The caller's side of a stream: the items that came and were not read yet, as many as the window allows, each once and in order where
/// they are numbered. Whoever receives adds, from one thread at a time; one reader reads.
/// </summary>
/// <param name="call">The call, for what goes wrong.</param>
/// <param name="size">How many bytes may be unread.</param>
internal sealed class StreamWindow(OutgoingCall call, int size)
{
    /// <summary>What an item counts beside its bytes, so that many small ones are bounded too.</summary>
    public const int ItemCost = 64;

    // Bounded by the window.
    private readonly Channel<ReplyPayload> _items =
        Channel.CreateUnbounded<ReplyPayload>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });

    private long _unread;
    private long _owed;
    private long _slack;
    private long _taken;

    /// <summary>Whether an item is the next one: false for one that came twice.</summary>
    /// <param name="place">Its number, from 1; null where the link can neither lose nor repeat one.</param>
    /// <exception cref="ServiceUnavailableException">One before it was lost.</exception>
    public bool IsNext(long? place)
    {
        if (place is not { } number) return true;
        if (number <= _taken) return false;
        if (number > _taken + 1) throw Missing();
        _taken = number;
        return true;
    }

    /// <summary>Makes room for an item.</summary>
    /// <exception cref="BadMessageException">
    /// The far end sends more than it may. The last item may go beyond, as it can't be cut.
    /// </exception>
    public void Reserve(int bytes)
    {
        var counted = bytes + ItemCost;
        if (Interlocked.Add(ref _unread, counted) - counted >= size + Interlocked.Read(ref _slack))
            throw new BadMessageException("reply", $"{call.Endpoint} sends items beyond the {size} bytes that it may.");
    }

    /// <summary>Adds an item for which there is room.</summary>
    public void Add(ReplyPayload item)
    {
        if (!_items.Writer.TryWrite(item)) item.Dispose();
    }

    /// <summary>Takes what is no item, after which nothing more comes: the end, an error, or what no stream has.</summary>
    /// <param name="type">The kind of the message (<see cref="MessageTypes"/>).</param>
    /// <param name="body">What stands in it.</param>
    /// <param name="count">With the end, how many items were sent; null where the link can't lose one.</param>
    /// <exception cref="ServiceUnavailableException">Some were lost.</exception>
    public void End(string? type, ReadOnlySpan<byte> body, long? count)
    {
        switch (type)
        {
            case MessageTypes.End when count is { } sent && sent != _taken:
                throw Missing();
            case MessageTypes.End:
                _items.Writer.TryComplete();
                break;
            case MessageTypes.Error:
                Fail(ErrorJson.Read(body));
                break;
            default:
                Fail(new BadMessageException(
                    "reply", $"{call.Endpoint} replied with a message of type '{type}': it is no sequence; call it as an rpc."));
                break;
        }
    }

    public void Fail(Exception error) => _items.Writer.TryComplete(error);

    /// <summary>Allows so many bytes more than the window for good, as credit may have arrived twice.</summary>
    public void Widen(long bytes) => Interlocked.Add(ref _slack, bytes);

    /// <summary>The items as they come. Errors end it as they would end a call.</summary>
    /// <param name="grant">Lets the far end send so many bytes more.</param>
    /// <param name="leave">The reader has left, whether or not all items came.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<ReplyPayload> ReadAsync(
        Func<long, ValueTask> grant, Func<ValueTask> leave, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (await _items.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (_items.Reader.TryRead(out var item))
                {
                    var bytes = item.Memory.Length + ItemCost;
                    Interlocked.Add(ref _unread, -bytes);
                    _owed += bytes;
                    if (_owed >= size / 2)
                    {
                        var owed = _owed;
                        _owed = 0;
                        await grant(owed).ConfigureAwait(false);
                    }

                    yield return item;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            _items.Writer.TryComplete();
            await leave().ConfigureAwait(false);
            while (_items.Reader.TryRead(out var item)) item.Dispose();
        }
    }

    private ServiceUnavailableException Missing() =>
        new(call.Service, $"The sequence of '{call.Service}.{call.Method}' broke off: items of it were lost.");
}
