using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Fan.Generators.Tests.Compact;

/// <summary>
/// A reader of the compact form that was written after docs/codec.md and shares nothing with the one in Fan. It makes JSON of what it
/// reads.
/// </summary>
internal sealed class CompactDecoder(byte[] bytes, params string[] names)
{
    private readonly Dictionary<uint, string> _names = names.ToDictionary(Tag);
    private int _at;

    public JsonObject Arguments() => Whole(Object());

    public JsonNode? Result() => Whole(Value(Byte()));

    private static uint Tag(string name)
    {
        uint h = 2166136261;
        foreach (var b in Encoding.UTF8.GetBytes(name)) h = (h ^ b) * 16777619;
        return (h >> 28) ^ (h & 0x0FFFFFFF);
    }

    private T Whole<T>(T value) => _at == bytes.Length ? value : throw new FormatException($"{bytes.Length - _at} bytes are left.");

    private JsonNode? Value(int kind) => kind switch
    {
        0 => null,
        1 => Number(),
        2 => (long)(Number() is var n && n % 2 == 0 ? n / 2 : ~(n / 2)),
        3 => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        4 => Convert.ToHexString(Take(8)),
        5 => Convert.ToHexString(Take(16)),
        6 => Encoding.UTF8.GetString(Take((int)Number())),
        7 => Object(),
        8 => List(),
        9 => Map(),
        _ => throw new FormatException($"There is no kind {kind}."),
    };

    private JsonObject Object()
    {
        var read = new JsonObject();
        for (var count = Number(); count > 0; count--)
        {
            var tag = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
            read.Add(_names.GetValueOrDefault(tag >> 4) ?? $"#{tag >> 4:x7}", Value((int)(tag & 15)));
        }

        return read;
    }

    private JsonArray List()
    {
        var count = Number();
        int kind = Byte();
        var read = new JsonArray();
        for (; count > 0; count--) read.Add(Item(kind));
        return read;
    }

    private JsonArray Map()
    {
        var count = Number();
        int keys = Byte(), values = Byte();
        var read = new JsonArray();
        for (; count > 0; count--) read.Add(new JsonArray(Value(keys), Item(values)));
        return read;
    }

    private JsonNode? Item(int kind) => kind < 16 ? Value(kind) : Byte() == 0 ? null : Value(kind - 16);

    private ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 127) << shift;
            if (b < 128) return value;
        }
    }

    private byte Byte() => Take(1)[0];

    private byte[] Take(int count) => bytes[_at..(_at += count)];
}
