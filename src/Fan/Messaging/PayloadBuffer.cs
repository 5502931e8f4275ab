using System.Buffers;

namespace Fan.Messaging;

/// <summary>
/// Bytes in an array of the shared pool: written once, read, and given back with <see cref="Dispose"/>. Not safe for concurrent use.
/// </summary>
public sealed class PayloadBuffer : IBufferWriter<byte>, IDisposable
{
    private const int Least = 512;

    private readonly int _limit;
    private byte[] _array;
    private int _count;

    /// <summary>Rents room.</summary>
    /// <param name="limit">The most bytes it takes.</param>
    /// <param name="initial">The bytes expected.</param>
    public PayloadBuffer(int limit, int initial = Least)
    {
        _limit = limit;
        _array = ArrayPool<byte>.Shared.Rent(initial);
    }

    /// <summary>What was written. Valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, _count);

    /// <summary>How many bytes were written.</summary>
    public int Count => _count;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - _count);
        _count += count;
        if (_count > _limit) throw Exceeded();
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _array.AsMemory(_count);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _array.AsSpan(_count);
    }

    /// <summary>Forgets what was written and keeps the room.</summary>
    public void Clear() => _count = 0;

    /// <summary>Hands the array over to the reader of a reply, which gives it back.</summary>
    public ReplyPayload Detach()
    {
        var reply = new ReplyPayload(_array, _count);
        _array = [];
        _count = 0;
        return reply;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var array = _array;
        _array = [];
        _count = 0;
        if (array.Length > 0) ArrayPool<byte>.Shared.Return(array);
    }

    private void EnsureRoom(int hint)
    {
        var needed = _count + Math.Max(hint, 1);
        if (needed <= _array.Length) return;
        // A writer's hint may be far above what it writes, so only what was really written counts against the limit.
        if (_count > _limit) throw Exceeded();
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, _array.Length * 2), Least));
        _array.AsSpan(0, _count).CopyTo(larger);
        if (_array.Length > 0) ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }

    private LimitExceededException Exceeded() =>
        new(nameof(FanLimits.MaxPayloadBytes), $"The payload has more than {_limit} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
}
