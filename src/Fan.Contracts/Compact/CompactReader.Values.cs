using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Fan.Generated;

public ref partial struct CompactReader
{
    /// <summary>Reads a value.</summary>
    public bool Boolean(uint kind) => UInt64(kind) switch { 0 => false, 1 => true, _ => throw Error("is neither true nor false") };

    /// <summary>Reads a value.</summary>
    public char Char(uint kind) => (char)Unsigned(kind, char.MaxValue);

    /// <summary>Reads a value.</summary>
    public sbyte SByte(uint kind) => (sbyte)Signed(kind, sbyte.MinValue, sbyte.MaxValue);

    /// <summary>Reads a value.</summary>
    public byte UInt8(uint kind) => (byte)Unsigned(kind, byte.MaxValue);

    /// <summary>Reads a value.</summary>
    public short Int16(uint kind) => (short)Signed(kind, short.MinValue, short.MaxValue);

    /// <summary>Reads a value.</summary>
    public ushort UInt16(uint kind) => (ushort)Unsigned(kind, ushort.MaxValue);

    /// <summary>Reads a value.</summary>
    public int Int32(uint kind) => (int)Signed(kind, int.MinValue, int.MaxValue);

    /// <summary>Reads a value.</summary>
    public uint UInt32(uint kind) => (uint)Unsigned(kind, uint.MaxValue);

    /// <summary>Reads a value.</summary>
    public long Int64(uint kind)
    {
        if (kind == CompactKind.Signed)
        {
            var zigzag = Number();
            return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        }

        if (kind != CompactKind.Unsigned) throw Mismatch(kind, "a whole number");
        var before = _at;
        var value = Number();
        return value <= long.MaxValue ? (long)value : throw OutOfRange(before);
    }

    /// <summary>Reads a value.</summary>
    public ulong UInt64(uint kind)
    {
        if (kind == CompactKind.Unsigned) return Number();
        if (kind != CompactKind.Signed) throw Mismatch(kind, "a whole number");
        var before = _at;
        var value = Int64(kind);
        return value >= 0 ? (ulong)value : throw OutOfRange(before);
    }

    /// <summary>Reads a value.</summary>
    public float Single(uint kind) => kind == CompactKind.Four ? BinaryPrimitives.ReadSingleLittleEndian(Take(4)) : (float)Double(kind);

    /// <summary>Reads a value.</summary>
    public double Double(uint kind) => kind switch
    {
        CompactKind.Eight => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        CompactKind.Four => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        CompactKind.Signed => Int64(kind),
        CompactKind.Unsigned => UInt64(kind),
        _ => throw Mismatch(kind, "a number"),
    };

    /// <summary>Reads a value.</summary>
    public decimal Decimal(uint kind)
    {
        if (kind == CompactKind.Signed) return Int64(kind);
        if (kind == CompactKind.Unsigned) return UInt64(kind);
        Require(kind, CompactKind.Sixteen, "a decimal number");
        var before = _at;
        var bytes = Take(16);
        Span<int> bits = stackalloc int[4];
        for (var i = 0; i < 4; i++) bits[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
        const int ScaleAndSign = unchecked((int)0x80ff_0000);
        return (bits[3] & ~ScaleAndSign) == 0 && ((bits[3] >> 16) & 0xff) <= 28 ? new decimal(bits) : throw OutOfRange(before);
    }

    /// <summary>Reads a value.</summary>
    public Guid Guid(uint kind)
    {
        Require(kind, CompactKind.Sixteen, "a GUID");
        return new Guid(Take(16), bigEndian: true);
    }

    /// <summary>Reads a value.</summary>
    public DateTime DateTime(uint kind)
    {
        Require(kind, CompactKind.Eight, "a date and time");
        var before = _at;
        var bits = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
        var ticks = (long)(bits & 0x3fff_ffff_ffff_ffff);
        if (bits >> 62 > 2 || ticks > System.DateTime.MaxValue.Ticks) throw OutOfRange(before);
        return bits >> 62 == (ulong)DateTimeKind.Local
            ? new DateTime(ticks, DateTimeKind.Utc).ToLocalTime()
            : new DateTime(ticks, (DateTimeKind)(bits >> 62));
    }

    /// <summary>Reads a value.</summary>
    public DateTimeOffset DateTimeOffset(uint kind)
    {
        Require(kind, CompactKind.Sixteen, "a date and time with its offset");
        var before = _at;
        var bytes = Take(16);
        var utc = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (offset is < -14 * 60 or > 14 * 60 || utc < 0 || utc > System.DateTime.MaxValue.Ticks) throw OutOfRange(before);
        var local = utc + (offset * System.TimeSpan.TicksPerMinute);
        return local >= 0 && local <= System.DateTime.MaxValue.Ticks
            ? new DateTimeOffset(local, System.TimeSpan.FromMinutes(offset))
            : throw OutOfRange(before);
    }

    /// <summary>Reads a value.</summary>
    public DateOnly DateOnly(uint kind) => System.DateOnly.FromDayNumber((int)Unsigned(kind, (ulong)System.DateOnly.MaxValue.DayNumber));

    /// <summary>Reads a value.</summary>
    public TimeOnly TimeOnly(uint kind)
    {
        Require(kind, CompactKind.Eight, "a time of day");
        var before = _at;
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(Take(8));
        return ticks >= 0 && ticks <= System.TimeOnly.MaxValue.Ticks ? new TimeOnly(ticks) : throw OutOfRange(before);
    }

    /// <summary>Reads a value.</summary>
    public TimeSpan TimeSpan(uint kind)
    {
        Require(kind, CompactKind.Eight, "a time span");
        return new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(Take(8)));
    }

    /// <summary>Reads a value.</summary>
    public Uri Uri(uint kind)
    {
        var before = _at;
        return System.Uri.TryCreate(String(kind), UriKind.RelativeOrAbsolute, out var uri)
            ? uri
            : throw new CompactFormatException("is no URI", before);
    }

    /// <summary>Reads a value.</summary>
    public string String(uint kind)
    {
        Require(kind, CompactKind.Bytes, "a text");
        var before = _at;
        var bytes = Take((int)Count(1));
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new CompactFormatException("is no UTF-8", before);
    }

    /// <summary>Reads a value.</summary>
    public byte[] ByteArray(uint kind)
    {
        Require(kind, CompactKind.Bytes, "bytes");
        return Take((int)Count(1)).ToArray();
    }

    /// <summary>Reads a value.</summary>
    public ReadOnlyMemory<byte> Memory(uint kind) => ByteArray(kind);
}
