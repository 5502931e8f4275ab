using System.Buffers.Binary;

namespace Fan.Brokers;

/// <summary>Numbers of calls as the body of a probe or its answer: eight bytes each, big-endian.</summary>
internal static class CallNumbers
{
    /// <summary>The most in one message.</summary>
    public const int Most = 4096;

    public static byte[] Write(IReadOnlyCollection<ulong> numbers)
    {
        var body = new byte[numbers.Count * sizeof(ulong)];
        var at = 0;
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt64BigEndian(body.AsSpan(at), number);
            at += sizeof(ulong);
        }

        return body;
    }

    public static List<ulong> Read(ReadOnlySpan<byte> body)
    {
        var numbers = new List<ulong>();
        for (; body.Length >= sizeof(ulong) && numbers.Count < Most; body = body[sizeof(ulong)..])
        {
            numbers.Add(BinaryPrimitives.ReadUInt64BigEndian(body));
        }

        return numbers;
    }
}
