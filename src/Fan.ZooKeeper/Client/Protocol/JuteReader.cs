using System.Buffers.Binary;
using System.Text;

namespace Fan.ZooKeeper.Client;

/// <summary>Reads one frame in ZooKeeper's encoding. Whatever stands in it, it reads no byte outside of it.</summary>
/// <param name="frame">The bytes after the frame's length.</param>
/// <param name="chroot">What is taken away from the beginning of every path; empty for none.</param>
internal ref struct JuteReader(ReadOnlySpan<byte> frame, string chroot)
{
    private ReadOnlySpan<byte> _rest = frame;

    public readonly int Remaining => _rest.Length;

    public bool Bool() => Take(1)[0] != 0;

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public void Skip(int size) => Take(size);

    public byte[] Buffer() => Bytes().ToArray();

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>A path, as seen from the chroot.</summary>
    public string Path()
    {
        var path = Text();
        if (chroot.Length == 0) return path;
        if (!path.StartsWith(chroot, StringComparison.Ordinal))
        {
            throw new MalformedReplyException($"the path '{path}' is not below the chroot '{chroot}'");
        }

        return path.Length == chroot.Length ? "/" : path[chroot.Length..];
    }

    /// <summary>
    /// The count before a list. Every element has at least <paramref name="leastBytes"/>, so a count that can't be true is refused before
    /// anything is made for it.
    /// </summary>
    public int Count(int leastBytes)
    {
        var count = Int32();
        if (count > _rest.Length / leastBytes)
        {
            throw new MalformedReplyException($"a list of {count} elements does not fit into the {_rest.Length} bytes that are left");
        }

        return Math.Max(count, 0);
    }

    private ReadOnlySpan<byte> Bytes()
    {
        var size = Int32();
        return size <= 0 ? default : Take(size);
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size > _rest.Length) throw new MalformedReplyException($"it ends {size - _rest.Length} bytes too early");
        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }
}
