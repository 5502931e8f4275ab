using System.Buffers.Binary;
using System.Text;

namespace Fan.Ipc.Wire;

/// <summary>
/// Reads the body of a frame from its beginning. Whatever is not there ends the reading with <see cref="WireException"/>.
/// </summary>
internal ref struct BodyReader(FrameType type, ReadOnlySpan<byte> body)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FrameType _type = type;
    private readonly ReadOnlySpan<byte> _body = body;

    /// <summary>How far it was read.</summary>
    public int Position { get; private set; }

    public readonly int Left => _body.Length - Position;

    public byte Byte() => Bytes(1)[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong Number()
    {
        // Nearly every number is below 128.
        if (Left > 0 && _body[Position] < 0x80) return _body[Position++];
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw new WireException($"A number in a frame of type {_type} has more than 64 bits.");
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > Left)
        {
            throw new WireException($"A frame of type {_type} ends within a member: {count} bytes are announced and {Left} are there.");
        }

        var bytes = _body.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>The head of a text: the number of a name, or -1 with the bytes that stand here.</summary>
    public int TextHead(out ReadOnlySpan<byte> inline)
    {
        var head = Number();
        if (head >> 1 > int.MaxValue) throw new WireException($"A text in a frame of type {_type} can't be that long: {head >> 1}.");
        inline = default;
        if ((head & 1) != 0) return (int)(head >> 1);
        inline = Bytes((int)(head >> 1));
        return -1;
    }

    /// <summary>A text that must stand here.</summary>
    public string InlineText() => TextHead(out var inline) < 0
        ? Decode(inline)
        : throw new WireException($"A text in a frame of type {_type} must stand in the frame itself.");

    public readonly string Decode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        try
        {
            return Strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new WireException($"A text in a frame of type {_type} is no UTF-8.");
        }
    }
}
