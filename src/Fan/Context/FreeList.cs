using System.Collections.Concurrent;
using Fan.Calls;

namespace Fan.Context;

/// <summary>
/// Objects that are used again: one at hand for each processor, the others in a queue with a bound. Safe from any thread.
/// </summary>
internal sealed class FreeList<T>(int most)
    where T : class
{
    // A line of the cache each, so that processors do not wait for each other.
    private const int Apart = 8;

    private readonly T?[] _atHand = new T?[(Environment.ProcessorCount + 1) * Apart];
    private readonly ConcurrentQueue<T> _others = new();
    private int _count;

    /// <summary>One that was given back; null where there is none.</summary>
    public T? Take()
    {
        if (Interlocked.Exchange(ref AtHand, null) is { } found) return found;
        if (!_others.TryDequeue(out found)) return null;
        Interlocked.Decrement(ref _count);
        return found;
    }

    /// <summary>Keeps one for later; false where there are enough.</summary>
    public bool TryKeep(T item)
    {
        ref var place = ref AtHand;
        if (Volatile.Read(ref place) is null && Interlocked.CompareExchange(ref place, item, null) is null) return true;
        if (Interlocked.Increment(ref _count) <= most)
        {
            _others.Enqueue(item);
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    private ref T? AtHand => ref _atHand[((Thread.GetCurrentProcessorId() % Environment.ProcessorCount) + 1) * Apart];
}
