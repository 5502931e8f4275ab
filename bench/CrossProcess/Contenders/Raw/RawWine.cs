using System.Buffers.Binary;
using System.Text;

namespace CrossProcess.Contenders.Raw;

/// <summary>The record in fixed places, its text at the end.</summary>
internal static class RawWine
{
    public static int Write(Wine wine, Span<byte> output)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output, wine.Id);
        BinaryPrimitives.WriteDoubleLittleEndian(output[4..], wine.Price);
        BinaryPrimitives.WriteInt64LittleEndian(output[12..], wine.Changed);
        output[20] = wine.InStock ? (byte)1 : (byte)0;
        return 21 + Encoding.UTF8.GetBytes(wine.Name, output[21..]);
    }

    public static Wine Read(ReadOnlySpan<byte> input) => new(
        BinaryPrimitives.ReadInt32LittleEndian(input),
        Encoding.UTF8.GetString(input[21..]),
        BinaryPrimitives.ReadDoubleLittleEndian(input[4..]),
        input[20] != 0,
        BinaryPrimitives.ReadInt64LittleEndian(input[12..]));
}
