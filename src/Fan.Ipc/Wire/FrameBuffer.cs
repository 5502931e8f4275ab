using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Fan.Ipc.Wire;

/// <summary>Frames on their way out, in an array of the shared pool. Not safe for concurrent use.</summary>
internal sealed class FrameBuffer
{
    private const int Initial = 4096;

    // A buffer that one large frame has made large does not stay so.
    private const int MaxKept = 256 * 1024;

    private byte[] _array = [];
    private int _count;

    public int Count => _count;

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, _count);

    /// <summary>Begins a frame and returns its place, for <see cref="End"/>.</summary>
    public int Begin(FrameType type, uint stream)
    {
        var place = _count;
        var header = Reserve(WireLimits.HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], stream);
        header[8] = (byte)type;
        return place;
    }

    /// <summary>Ends the frame that began there, and returns the bytes it has in all.</summary>
    public int End(int place)
    {
        var bytes = _count - place;
        BinaryPrimitives.WriteUInt32LittleEndian(_array.AsSpan(place), (uint)(bytes - WireLimits.HeaderBytes));
        return bytes;
    }

    /// <summary>Takes back everything from that place on.</summary>
    public void Cut(int place) => _count = place;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    /// <summary>Seven bits a byte, the lowest first; the high bit says that more follow.</summary>
    public void Number(ulong value)
    {
        if (value < 0x80)
        {
            Reserve(1)[0] = (byte)value;
            return;
        }

        EnsureRoom(10);
        for (; value >= 0x80; value >>= 7) _array[_count++] = (byte)(value | 0x80);
        _array[_count++] = (byte)value;
    }

    /// <summary>A text that stands here: twice its length, then its UTF-8.</summary>
    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number((ulong)length << 1);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    /// <summary>A text that was sent as a name before.</summary>
    public void NameReference(uint id) => Number(((ulong)id << 1) | 1);

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void Clear()
    {
        _count = 0;
        if (_array.Length > MaxKept) Release();
    }

    /// <summary>Gives the room back; the next frame takes new.</summary>
    public void Release()
    {
        var array = _array;
        _array = [];
        _count = 0;
        if (array.Length > 0) ArrayPool<byte>.Shared.Return(array);
    }

    private Span<byte> Reserve(int bytes)
    {
        EnsureRoom(bytes);
        var room = _array.AsSpan(_count, bytes);
        _count += bytes;
        return room;
    }

    private void EnsureRoom(int bytes)
    {
        if (_array.Length - _count >= bytes) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(_count + bytes, _array.Length * 2), Initial));
        _array.AsSpan(0, _count).CopyTo(larger);
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
