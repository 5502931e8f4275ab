using System.Buffers;
using System.Threading.Channels;
using Fan.Generated;
using Fan.Messaging;

namespace Fan.Calls;

/// <summary>The items of a sequence that is served and read in the same process; the service waits for the reader.</summary>
internal sealed class ChannelItemSink(int maxItemBytes) : IItemSink, IDisposable
{
    private readonly PayloadBuffer _item = new(maxItemBytes);
    private readonly Channel<ReplyPayload> _items = Channel.CreateBounded<ReplyPayload>(1);

    public IBufferWriter<byte> Output => _item;

    public ChannelReader<ReplyPayload> Items => _items.Reader;

    public ValueTask ItemWrittenAsync(CancellationToken cancellationToken) => _items.Writer.WriteAsync(_item.Detach(), cancellationToken);

    /// <summary>Ends the items as the serving ends; never fails itself: the reader sees the error.</summary>
    public async Task FillAsync(ValueTask serving)
    {
        try
        {
            await serving.ConfigureAwait(false);
            _items.Writer.TryComplete();
        }
        catch (Exception error)
        {
            _items.Writer.TryComplete(error);
        }
    }

    public void Dispose() => _item.Dispose();
}
