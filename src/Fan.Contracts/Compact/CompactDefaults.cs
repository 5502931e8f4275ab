using System.ComponentModel;

namespace Fan.Generated;

/// <summary>What generated code calls to see whether an argument is its default, bit by bit: the same value, not an equal one.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompactDefaults
{
    /// <summary>Whether both are the same; all NaN are.</summary>
    public static bool Same(float value, float other) =>
        BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(other) || (float.IsNaN(value) && float.IsNaN(other));

    /// <summary>Whether both are the same; all NaN are.</summary>
    public static bool Same(double value, double other) =>
        BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(other) || (double.IsNaN(value) && double.IsNaN(other));

    /// <summary>Whether both are the same, with their scale and sign.</summary>
    public static bool Same(decimal value, decimal other)
    {
        Span<int> bits = stackalloc int[8];
        return decimal.GetBits(value, bits) == decimal.GetBits(other, bits[4..]) && bits[..4].SequenceEqual(bits[4..]);
    }

    /// <summary>Whether both are the same, of the same kind.</summary>
    public static bool Same(DateTime value, DateTime other) => value.Ticks == other.Ticks && value.Kind == other.Kind;

    /// <summary>Whether both are the same, with their offset.</summary>
    public static bool Same(DateTimeOffset value, DateTimeOffset other) => value.EqualsExact(other);

    /// <summary>Takes a value that is not sent, which had to be asked for all the same: to do so may throw.</summary>
    public static void Ask<T>(T value)
    {
    }

    /// <summary>Whether both are the same.</summary>
    public static bool Same<T>(T value, T other) => EqualityComparer<T>.Default.Equals(value, other);
}
