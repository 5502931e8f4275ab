using System.Buffers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Brokers;

/// <summary>A stream as micro-fan's callers take it: all items as one JSON array. Not safe for concurrent use.</summary>
internal sealed class MicroFanArray(PayloadBuffer output) : IItemSink
{
    private bool _hasItems;

    IBufferWriter<byte> IItemSink.Output => output;

    /// <summary>Serves a call so that its reply, a stream's too, is one JSON value.</summary>
    public static async ValueTask ServeAsync(
        CallServer server, ServedMethod method, IncomingCall call, PayloadBuffer output, CancellationToken cancellationToken)
    {
        if (method.Method is not IStreamMethod)
        {
            await server.ServeAsync(method, call, output, cancellationToken).ConfigureAwait(false);
            return;
        }

        var array = new MicroFanArray(output);
        output.Write("["u8);
        await server.ServeStreamAsync(method, call, array, cancellationToken).ConfigureAwait(false);
        array.Close();
    }

    public ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        // What the next item needs before it.
        output.Write(","u8);
        _hasItems = true;
        return default;
    }

    private void Close()
    {
        if (!_hasItems)
        {
            output.Write("]"u8);
            return;
        }

        // In place of the last comma.
        var array = output.Written.ToArray();
        array[^1] = (byte)']';
        output.Clear();
        output.Write(array);
    }
}
