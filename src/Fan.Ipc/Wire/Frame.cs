using System.Buffers;
using Fan.Messaging;

namespace Fan.Ipc.Wire;

/// <summary>One frame as it arrived; valid until the next one is read.</summary>
internal ref struct Frame
{
    public FrameType Type;
    public uint Stream;
    public ReadOnlySpan<byte> Body;

    /// <summary>
    /// An array of the pool that holds the body from its beginning and belongs to whoever takes it; null where it stands among others.
    /// </summary>
    public byte[]? Owned;

    /// <summary>The length of a body that was over the limit and is skipped; <see cref="Body"/> is empty then.</summary>
    public int Skipped;

    /// <summary>What counts against windows: the whole frame.</summary>
    public readonly int Bytes => WireLimits.HeaderBytes + Body.Length + Skipped;

    /// <summary>The body from a place on, in an array of the pool.</summary>
    public ReplyPayload TakePayload(int from)
    {
        var count = Body.Length - from;
        if (Owned is { } array)
        {
            if (from > 0) Buffer.BlockCopy(array, from, array, 0, count);
            Owned = null;
        }
        else
        {
            if (count == 0) return new ReplyPayload([], 0);
            array = ArrayPool<byte>.Shared.Rent(count);
            Body[from..].CopyTo(array);
        }

        return new ReplyPayload(array, count);
    }

    /// <summary>Gives back what nobody took.</summary>
    public void Dispose()
    {
        if (Owned is { } array) ArrayPool<byte>.Shared.Return(array);
        Owned = null;
    }
}
