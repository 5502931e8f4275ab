using System.Buffers.Binary;

namespace Fan.Ipc.Wire;

/// <summary>The first frame of each side: who it is, what it speaks, and what it takes. Immutable.</summary>
internal sealed record Hello
{
    // One byte with the high bit set, then line ends: what mangles text shows at once.
    private const ulong Magic = 0x0A1A_0A0D_4E41_46F1;

    private const ulong MaxWindow = 1L << 40;

    /// <summary>The name of the application.</summary>
    public string Application { get; init; } = "";

    /// <summary>The calls that may be open at once.</summary>
    public int MaxCalls { get; init; }

    /// <summary>The names that may be interned.</summary>
    public int MaxNames { get; init; }

    /// <summary>The bytes of requests, or of items of all sequences, that may be under way and unread.</summary>
    public long Window { get; init; }

    /// <summary>The bytes of one sequence that may be under way and unread.</summary>
    public long SequenceWindow { get; init; }

    public byte MinVersion { get; init; } = WireLimits.MinVersion;

    public byte MaxVersion { get; init; } = WireLimits.MaxVersion;

    public void Write(FrameBuffer output)
    {
        var place = output.Begin(FrameType.Hello, 0);
        Span<byte> magic = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(magic, Magic);
        output.Bytes(magic);
        output.Byte(MinVersion);
        output.Byte(MaxVersion);
        output.Number((ulong)Field.Application);
        output.Text(Application);
        WriteNumber(output, Field.MaxCalls, (ulong)MaxCalls);
        WriteNumber(output, Field.MaxNames, (ulong)MaxNames);
        WriteNumber(output, Field.Window, (ulong)Window);
        WriteNumber(output, Field.SequenceWindow, (ulong)SequenceWindow);
        output.End(place);
    }

    /// <exception cref="WireException">It is none, or speaks no version that we do.</exception>
    public static Hello Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(FrameType.Hello, body);
        if (body.Length < 10 || BinaryPrimitives.ReadUInt64LittleEndian(reader.Bytes(8)) != Magic)
        {
            throw new WireException("What arrived is no hello of Fan's protocol.");
        }

        var (min, max) = (reader.Byte(), reader.Byte());
        if (min > max || max < WireLimits.MinVersion || min > WireLimits.MaxVersion)
        {
            throw new WireException(
                $"The peer speaks versions {min} to {max} of the protocol, and this side {WireLimits.MinVersion} to " +
                $"{WireLimits.MaxVersion}: bring the older one up to date.");
        }

        var hello = new Hello { MinVersion = min, MaxVersion = max };
        while (reader.Left > 0)
        {
            // Each member says how long it is, so that a newer peer may send more.
            var field = (Field)reader.Number();
            if (reader.TextHead(out var value) >= 0) throw new WireException("A member of the hello refers to a name.");
            hello = field switch
            {
                Field.Application => hello with { Application = Name(reader.Decode(value)) },
                Field.MaxCalls => hello with { MaxCalls = (int)ReadNumber(value, int.MaxValue) },
                Field.MaxNames => hello with { MaxNames = (int)ReadNumber(value, int.MaxValue) },
                Field.Window => hello with { Window = (long)ReadNumber(value, MaxWindow) },
                Field.SequenceWindow => hello with { SequenceWindow = (long)ReadNumber(value, MaxWindow) },
                _ => hello,
            };
        }

        if (hello.MaxCalls < 1 || hello.Window < 1 || hello.SequenceWindow < 1)
        {
            throw new WireException("The hello must allow at least one call and one byte.");
        }

        return hello;
    }

    private static string Name(string text) => text.Length <= 128 && text.All(c => c is >= ' ' and <= '~')
        ? text
        : throw new WireException("The application's name in the hello must have at most 128 printable ASCII characters.");

    private static void WriteNumber(FrameBuffer output, Field field, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        output.Number((ulong)field);
        output.Number(8 << 1);
        output.Bytes(bytes);
    }

    private static ulong ReadNumber(ReadOnlySpan<byte> value, ulong most)
    {
        if (value.Length != 8) throw new WireException($"A number in the hello must have 8 bytes; it has {value.Length}.");
        return Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(value), most);
    }

    private enum Field : ulong
    {
        Application = 1,
        MaxCalls = 2,
        MaxNames = 3,
        Window = 4,
        SequenceWindow = 5,
    }
}
