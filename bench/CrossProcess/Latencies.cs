using System.Diagnostics;
using System.Numerics;

namespace CrossProcess;

/// <summary>How long calls took, counted in classes that are less than one percent wide. Not safe for concurrent use.</summary>
internal sealed class Latencies
{
    // A class is the leading eight bits of a count of nanoseconds.
    private const int Digits = 7;

    private readonly long[] _classes = new long[(64 - Digits) << Digits];

    public long Count { get; private set; }

    public void Add(long ticks)
    {
        var value = (ulong)(ticks * (1_000_000_000 / Stopwatch.Frequency));
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - Digits);
        _classes[(shift << Digits) + (int)(value >> shift)]++;
        Count++;
    }

    public void Add(Latencies other)
    {
        for (var i = 0; i < _classes.Length; i++) _classes[i] += other._classes[i];
        Count += other.Count;
    }

    public void Clear()
    {
        Array.Clear(_classes);
        Count = 0;
    }

    /// <summary>The time in microseconds within which that share of the calls was done.</summary>
    public double Microseconds(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        var i = 0;
        for (long seen = 0; i < _classes.Length - 1 && (seen += _classes[i]) < wanted;) i++;
        // Values below two to the eighth are their own class; above, each class stands for its middle.
        var shift = Math.Max(0, (i >> Digits) - 1);
        return (((ulong)(i - (shift << Digits)) << shift) + (shift == 0 ? 0 : Math.Pow(2, shift) / 2)) / 1000.0;
    }
}
