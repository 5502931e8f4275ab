using System.Buffers.Binary;
using System.Text;

namespace Fan.ZooKeeper.Client;

/// <summary>
/// Appends frames in ZooKeeper's encoding (jute: big-endian, a length before strings, buffers and frames) to one growing buffer. Not safe
/// for threads.
/// </summary>
/// <param name="chroot">What is put before every path; empty for none.</param>
internal sealed class FrameWriter(string chroot)
{
    private const int FirstBytes = 4096;
    private const int KeptBytes = 256 * 1024;

    private byte[] _bytes = new byte[FirstBytes];
    private int _length;
    private int _frame;

    public bool IsEmpty => _length == 0;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void BeginFrame()
    {
        _frame = _length;
        Int32(0);
    }

    /// <summary>Ends the frame and returns how many bytes follow its length.</summary>
    public int EndFrame()
    {
        var size = _length - _frame - 4;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_frame), size);
        return size;
    }

    /// <summary>Forgets the frame that was begun last.</summary>
    public void DropFrame() => _length = _frame;

    public void Clear()
    {
        _length = 0;
        // What one burst needed is not kept for the life of the connection.
        if (_bytes.Length > KeptBytes) _bytes = new byte[FirstBytes];
    }

    public void Bool(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    public void Buffer(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Text(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Int32(size);
        Encoding.UTF8.GetBytes(value, Take(size));
    }

    /// <summary>A path below the chroot.</summary>
    public void Path(string path)
    {
        if (chroot.Length == 0)
        {
            Text(path);
            return;
        }

        var below = path == "/" ? "" : path;
        var (head, tail) = (Encoding.UTF8.GetByteCount(chroot), Encoding.UTF8.GetByteCount(below));
        Int32(head + tail);
        Encoding.UTF8.GetBytes(chroot, Take(head));
        Encoding.UTF8.GetBytes(below, Take(tail));
    }

    private Span<byte> Take(int size)
    {
        if (_bytes.Length - _length < size) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_length + size)));
        _length += size;
        return _bytes.AsSpan(_length - size, size);
    }
}
