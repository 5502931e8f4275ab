using System.Numerics;

namespace Fan.Tree;

/// <summary>
/// How many are inside, where many processors enter and leave at once without waiting for each other's cache line. Safe from any thread.
/// </summary>
internal sealed class StripedCounter
{
    // Two lines of 64 bytes: processors fetch them in pairs.
    private const int Stride = 16;
    private const int MaxStripes = 64;

    private readonly long[] _cells;
    private readonly int _mask;

    public StripedCounter()
    {
        var stripes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MaxStripes));
        _mask = stripes - 1;
        _cells = new long[(stripes + 1) * Stride];
    }

    public void Enter() => Interlocked.Increment(ref Cell(0));

    public void Exit() => Interlocked.Increment(ref Cell(1));

    /// <summary>Zero only if there was a moment during the call at which nobody was inside.</summary>
    /// <remarks>Exits are read before entries, and both only grow: whoever is missed makes the difference larger, never smaller.</remarks>
    public long Inside()
    {
        var exits = Sum(1);
        return Sum(0) - exits;
    }

    private long Sum(int offset)
    {
        long sum = 0;
        for (var at = Stride + offset; at < _cells.Length; at += Stride) sum += Volatile.Read(ref _cells[at]);
        return sum;
    }

    private ref long Cell(int offset) => ref _cells[(((Thread.GetCurrentProcessorId() & _mask) + 1) * Stride) + offset];
}
