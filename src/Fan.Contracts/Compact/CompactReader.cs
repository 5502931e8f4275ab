using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Fan.Generated;

/// <summary>
/// Reads the compact form of docs/codec.md within its bounds. What generated code calls; each value is read by the kind that its sender
/// named.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref partial struct CompactReader
{
    // What room is made for at once; the rest comes with the items themselves.
    private const int MostRoom = 4096;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _maxDepth;
    private int _at;
    private int _depth;

    /// <summary>Reads <paramref name="bytes"/>.</summary>
    public CompactReader(ReadOnlySpan<byte> bytes, int maxDepth)
        : this(bytes, maxDepth, 0)
    {
    }

    /// <summary>Reads what stands at <paramref name="depth"/>, see <see cref="CompactKind.AroundArguments"/>.</summary>
    internal CompactReader(ReadOnlySpan<byte> bytes, int maxDepth, int depth)
    {
        _bytes = bytes;
        _maxDepth = maxDepth;
        _depth = depth;
    }

    /// <summary>The bytes that were not read yet.</summary>
    public readonly int Left => _bytes.Length - _at;

    internal readonly int Position => _at;

    internal readonly int Depth => _depth;

    /// <summary>The kind of a value that stands alone.</summary>
    public uint Kind() => Take(1)[0];

    /// <summary>The tag of the next member with the kind of its value.</summary>
    public uint Tag() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Begins an object and tells how many members it has.</summary>
    public uint BeginObject(uint kind)
    {
        if (kind != CompactKind.Object) throw Mismatch(kind, "an object");
        return BeginMembers();
    }

    /// <summary>Begins an object whose kind is known.</summary>
    public uint BeginMembers()
    {
        Enter();
        return Count(4);
    }

    /// <summary>Begins a list and tells how many items it has, and of what kind.</summary>
    public int BeginList(uint kind, out uint items)
    {
        if (kind != CompactKind.List) throw Mismatch(kind, "a list");
        Enter();
        var count = Count(1);
        items = Take(1)[0];
        return (int)count;
    }

    /// <summary>Begins a map and tells how many pairs it has, and of what kinds.</summary>
    public int BeginMap(uint kind, out uint keys, out uint values)
    {
        if (kind != CompactKind.Map) throw Mismatch(kind, "a map");
        Enter();
        var count = Count(2);
        keys = Take(1)[0];
        values = Take(1)[0];
        return (int)count;
    }

    /// <summary>Ends an object, list or map.</summary>
    public void End() => _depth--;

    /// <summary>The kind of the next value in a list or map whose values are of that kind.</summary>
    public uint Item(uint kind)
    {
        if ((kind & CompactKind.HasNulls) == 0) return kind;
        var isThere = Take(1)[0];
        if (isThere > 1) throw Error("has no valid mark whether an item is null");
        return isThere == 0 ? CompactKind.Null : kind & CompactKind.Mask;
    }

    /// <summary>The room to make for so many items: bounded, whatever was announced.</summary>
    public static int Room(int count) => Math.Min(count, MostRoom);

    /// <summary>Notes that a member was read.</summary>
    public readonly void Once(ref ulong seen, int index)
    {
        if ((seen & (1UL << index)) != 0) throw Error("is given twice");
        seen |= 1UL << index;
    }

    /// <summary>Says that a member that must be there was not.</summary>
    [DoesNotReturn]
    public readonly void Missing(string name) => throw new CompactFormatException($"has no '{name}'", _at, _depth);

    /// <summary>Goes past a value of which nothing is known but its kind.</summary>
    public void Skip(uint kind)
    {
        switch (kind)
        {
            case CompactKind.Null: break;
            case CompactKind.Unsigned or CompactKind.Signed: Number(); break;
            case CompactKind.Four: Take(4); break;
            case CompactKind.Eight: Take(8); break;
            case CompactKind.Sixteen: Take(16); break;
            case CompactKind.Bytes: Take((int)Count(1)); break;
            case CompactKind.Object:
                for (var members = BeginObject(kind); members > 0; members--) Skip(Tag() & CompactKind.Mask);
                End();
                break;
            case CompactKind.List:
                for (var count = BeginList(kind, out var items); count > 0; count--) Skip(Item(items));
                End();
                break;
            case CompactKind.Map:
                for (var count = BeginMap(kind, out var keys, out var values); count > 0; count--)
                {
                    Skip(keys);
                    Skip(Item(values));
                }

                End();
                break;
            default: throw Error($"is {CompactKind.NameOf(kind)}");
        }
    }

    internal readonly CompactFormatException Error(string reason) => new(reason, _at);

    private static CompactFormatException OutOfRange(int position) => new("is out of the range of its type", position);

    private readonly CompactFormatException Mismatch(uint kind, string wanted) =>
        Error($"must be {wanted}; it is {CompactKind.NameOf(kind)}");

    private readonly void Require(uint kind, uint wanted, string name)
    {
        if (kind != wanted) throw Mismatch(kind, name);
    }

    private long Signed(uint kind, long least, long most)
    {
        var before = _at;
        var value = Int64(kind);
        return value >= least && value <= most ? value : throw OutOfRange(before);
    }

    private ulong Unsigned(uint kind, ulong most)
    {
        var before = _at;
        var value = UInt64(kind);
        return value <= most ? value : throw OutOfRange(before);
    }

    private ulong Number()
    {
        if (_at < _bytes.Length && _bytes[_at] < 0x80) return _bytes[_at++];
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw Error("has a number of more than 64 bits");
    }

    // Each of them takes at least so many bytes, so more than that can't be there.
    private uint Count(int least)
    {
        var before = _at;
        var count = Number();
        return count <= (ulong)(Left / least)
            ? (uint)count
            : throw new CompactFormatException($"announces {count} where {Left} bytes are left", before);
    }

    private void Enter()
    {
        if (++_depth > _maxDepth) throw Error($"nests deeper than {_maxDepth} levels (MaxDepth)");
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (bytes > Left) throw Error($"ends early: {bytes} bytes should come and {Left} do");
        var taken = _bytes.Slice(_at, bytes);
        _at += bytes;
        return taken;
    }
}
