using System.Buffers.Binary;

namespace Fan.Fuzz;

/// <summary>Changes inputs in the ways that readers get wrong: bits, lengths, pieces that are missing, doubled or from elsewhere.</summary>
internal sealed class Mutator(Random random)
{
    private const int MaxBytes = 16 * 1024;

    private static readonly uint[] Telling =
    [
        0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff
    ];

    public byte[] Change(byte[] input, IReadOnlyList<byte[]> others)
    {
        var bytes = new List<byte>(input);
        for (var changes = random.Next(1, 8); changes > 0; changes--) ChangeOnce(bytes, others);
        return bytes.Count > MaxBytes ? [.. bytes.Take(MaxBytes)] : [.. bytes];
    }

    private void ChangeOnce(List<byte> bytes, IReadOnlyList<byte[]> others)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 2 when at < bytes.Count: bytes[at] = unchecked((byte)(bytes[at] + random.Next(-2, 3))); break;
            case 3:
                Span<byte> number = stackalloc byte[4];
                BinaryPrimitives.WriteUInt32LittleEndian(number, Telling[random.Next(Telling.Length)]);
                var width = random.Next(1, 5);
                for (var i = 0; i < width && at + i < bytes.Count; i++) bytes[at + i] = number[i];
                break;
            case 4: bytes.RemoveRange(at, random.Next(Math.Min(16, bytes.Count - at) + 1)); break;
            case 5: bytes.RemoveRange(at, bytes.Count - at); break;
            case 6: bytes.Insert(at, (byte)random.Next(256)); break;
            case 7:
                var piece = bytes.GetRange(at, random.Next(Math.Min(64, bytes.Count - at) + 1));
                bytes.InsertRange(random.Next(bytes.Count + 1), piece);
                break;
            default:
                var other = others[random.Next(others.Count)];
                if (other.Length == 0) break;
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, random.Next(1, Math.Min(64, other.Length - from) + 1)).ToArray());
                break;
        }
    }
}
