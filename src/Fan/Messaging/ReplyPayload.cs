using System.Buffers;

namespace Fan.Messaging;

/// <summary>The payload of a reply, or of one item of it, in an array of the shared pool. Dispose it once, after reading.</summary>
public readonly struct ReplyPayload : IDisposable, IEquatable<ReplyPayload>
{
    private readonly byte[]? _array;
    private readonly int _count;

    /// <summary>Takes over an array that was rented from <see cref="ArrayPool{T}.Shared"/>.</summary>
    public ReplyPayload(byte[] array, int count)
    {
        _array = array;
        _count = count;
    }

    /// <summary>The bytes; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, _count);

    /// <summary>The media type; null for that of the request.</summary>
    public string? ContentType { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_array is { Length: > 0 }) ArrayPool<byte>.Shared.Return(_array);
    }

    /// <inheritdoc/>
    public bool Equals(ReplyPayload other) => ReferenceEquals(_array, other._array) && _count == other._count;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ReplyPayload other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_array, _count);

    /// <summary>Whether both are the same bytes in the same place.</summary>
    public static bool operator ==(ReplyPayload left, ReplyPayload right) => left.Equals(right);

    /// <summary>Whether they are not.</summary>
    public static bool operator !=(ReplyPayload left, ReplyPayload right) => !left.Equals(right);
}
