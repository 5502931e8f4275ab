using System.Buffers;
using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text;

namespace Fan.Generated;

/// <summary>Writes the compact form of docs/codec.md. What generated code calls.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct CompactWriter
{
    // UTF-8 has at most three bytes for a char, and a length below this stands in one byte.
    private const int ShortText = 127 / 3;

    // And below this one in two.
    private const int MediumText = 0x3fff / 3;

    // Half a character, which no text on a wire can have; UTF-8 and JSON put the same in its place.
    private const char Replacement = '\ufffd';

    private readonly IBufferWriter<byte> _output;
    private readonly int _maxDepth;
    private Span<byte> _room;
    private int _count;
    private int _depth;

    /// <summary>Writes to <paramref name="output"/>; call <see cref="Flush"/> at the end.</summary>
    public CompactWriter(IBufferWriter<byte> output, int maxDepth)
        : this(output, maxDepth, 0)
    {
    }

    /// <summary>Writes what stands at <paramref name="depth"/>, see <see cref="CompactKind.AroundArguments"/>.</summary>
    internal CompactWriter(IBufferWriter<byte> output, int maxDepth, int depth)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
        _maxDepth = maxDepth;
        _depth = depth;
        _room = output.GetSpan();
    }

    /// <summary>Hands over what was written.</summary>
    public void Flush()
    {
        _output.Advance(_count);
        _room = default;
        _count = 0;
    }

    /// <summary>The kind of a value that stands alone.</summary>
    public void Kind(uint kind) => Byte((byte)kind);

    /// <summary>The tag of a member with the kind of its value.</summary>
    public void Tag(uint tag)
    {
        Ensure(4);
        BinaryPrimitives.WriteUInt32LittleEndian(_room[_count..], tag);
        _count += 4;
    }

    /// <summary>Begins an object of so many members.</summary>
    /// <exception cref="LimitExceededException">It nests too deep.</exception>
    public void BeginObject(uint members)
    {
        Enter();
        UInt64(members);
    }

    /// <summary>Begins a list.</summary>
    /// <exception cref="LimitExceededException">It nests too deep.</exception>
    public void BeginList(int count, uint kind)
    {
        Enter();
        UInt64((uint)count);
        Byte((byte)kind);
    }

    /// <summary>Begins a map.</summary>
    /// <exception cref="LimitExceededException">It nests too deep.</exception>
    public void BeginMap(int count, uint keys, uint values)
    {
        BeginList(count, keys);
        Byte((byte)values);
    }

    /// <summary>Ends an object, list or map.</summary>
    public void End() => _depth--;

    /// <summary>Says whether the next value of a list or map with <see cref="CompactKind.HasNulls"/> is there.</summary>
    public void Present(bool isThere) => Byte(isThere ? (byte)1 : (byte)0);

    /// <summary>Writes a value.</summary>
    public void Boolean(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Writes a value.</summary>
    public void Char(char value) => UInt64(char.IsSurrogate(value) ? Replacement : value);

    /// <summary>Writes a value.</summary>
    public void SByte(sbyte value) => Int64(value);

    /// <summary>Writes a value.</summary>
    public void Byte(byte value)
    {
        // Below 128 a number is its byte; a larger one takes two, so this is for small ones and for what is no number.
        Ensure(1);
        _room[_count++] = value;
    }

    /// <summary>Writes a value.</summary>
    public void UInt8(byte value) => UInt64(value);

    /// <summary>Writes a value.</summary>
    public void Int16(short value) => Int64(value);

    /// <summary>Writes a value.</summary>
    public void UInt16(ushort value) => UInt64(value);

    /// <summary>Writes a value.</summary>
    public void Int32(int value) => Int64(value);

    /// <summary>Writes a value.</summary>
    public void UInt32(uint value) => UInt64(value);

    /// <summary>Writes a value.</summary>
    public void Int64(long value) => UInt64((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes a value.</summary>
    public void UInt64(ulong value)
    {
        Ensure(10);
        var room = _room;
        var at = _count;
        for (; value >= 0x80; value >>= 7) room[at++] = (byte)(value | 0x80);
        room[at++] = (byte)value;
        _count = at;
    }

    /// <summary>Writes a value.</summary>
    public void Single(float value) => BinaryPrimitives.WriteSingleLittleEndian(Take(4), float.IsNaN(value) ? float.NaN : value);

    /// <summary>Writes a value.</summary>
    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), double.IsNaN(value) ? double.NaN : value);

    /// <summary>Writes a value.</summary>
    public void Decimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        // Zero has a scale and no sign, as in JSON.
        if ((bits[0] | bits[1] | bits[2]) == 0) bits[3] &= int.MaxValue;
        var room = Take(16);
        for (var i = 0; i < 4; i++) BinaryPrimitives.WriteInt32LittleEndian(room[(4 * i)..], bits[i]);
    }

    /// <summary>Writes a value.</summary>
    public void Guid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    /// <summary>Writes a value.</summary>
    public void DateTime(DateTime value)
    {
        // A local time stands as the moment that it is, as its zone stays behind.
        var ticks = value.Kind == DateTimeKind.Local ? Moment(value) : value.Ticks;
        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), (ulong)ticks | ((ulong)value.Kind << 62));
    }

    /// <summary>Writes a value.</summary>
    public void DateTimeOffset(DateTimeOffset value)
    {
        var room = Take(16);
        BinaryPrimitives.WriteInt64LittleEndian(room, value.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(room[8..], value.TotalOffsetMinutes);
    }

    /// <summary>Writes a value.</summary>
    public void DateOnly(DateOnly value) => UInt64((uint)value.DayNumber);

    /// <summary>Writes a value.</summary>
    public void TimeOnly(TimeOnly value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value.Ticks);

    /// <summary>Writes a value.</summary>
    public void TimeSpan(TimeSpan value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value.Ticks);

    /// <summary>Writes a value.</summary>
    public void Uri(Uri value)
    {
        ArgumentNullException.ThrowIfNull(value);
        String(value.OriginalString);
    }

    /// <summary>Writes a value.</summary>
    public void String(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length <= ShortText)
        {
            Ensure(ShortText * 3 + 1);
            var written = Encoding.UTF8.GetBytes(value, _room[(_count + 1)..]);
            _room[_count] = (byte)written;
            _count += 1 + written;
            return;
        }

        if (value.Length <= MediumText)
        {
            // Two bytes for the length, as nearly all of that size need.
            Ensure(2 + (value.Length * 3));
            var written = Encoding.UTF8.GetBytes(value, _room[(_count + 2)..]);
            if (written >= 0x80)
            {
                _room[_count] = (byte)(written | 0x80);
                _room[_count + 1] = (byte)(written >> 7);
                _count += 2 + written;
                return;
            }

            _room.Slice(_count + 2, written).CopyTo(_room[(_count + 1)..]);
            _room[_count] = (byte)written;
            _count += 1 + written;
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        UInt64((uint)length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>Writes a value.</summary>
    public void ByteArray(byte[] value) => Memory(value);

    /// <summary>Writes a value.</summary>
    public void Memory(ReadOnlyMemory<byte> value)
    {
        UInt64((uint)value.Length);
        value.Span.CopyTo(Take(value.Length));
    }

    // One that no clock in UTC can show is refused by its reader, as in JSON.
    private static long Moment(DateTime local)
    {
        var utc = local.Ticks - TimeZoneInfo.Local.GetUtcOffset(local).Ticks;
        return utc >= 0 && utc <= System.DateTime.MaxValue.Ticks ? utc : System.DateTime.MaxValue.Ticks + 1;
    }

    private void Enter()
    {
        if (++_depth > _maxDepth)
        {
            throw new LimitExceededException("MaxDepth", $"The value to send would nest deeper than {_maxDepth} levels (MaxDepth).");
        }
    }

    private Span<byte> Take(int bytes)
    {
        Ensure(bytes);
        var room = _room.Slice(_count, bytes);
        _count += bytes;
        return room;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Ensure(int bytes)
    {
        if (_room.Length - _count < bytes) Grow(bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes)
    {
        _output.Advance(_count);
        _count = 0;
        _room = _output.GetSpan(bytes);
    }
}
