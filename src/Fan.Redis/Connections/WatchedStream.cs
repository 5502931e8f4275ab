using System.Net.Sockets;

namespace Fan.Redis.Connections;

/// <summary>
/// A connection on which something comes at least now and then; one that is silent for longer is closed. As safe from any thread as the
/// stream of a socket.
/// </summary>
internal sealed class WatchedStream : Stream
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly NetworkStream _inner;
    private readonly TimeProvider _clock;
    private readonly ITimer _looking;
    private long _heard;

    public WatchedStream(Socket socket, TimeSpan longestSilence, TimeProvider clock)
    {
        (_inner, _clock, _heard) = (new NetworkStream(socket, ownsSocket: true), clock, clock.GetTimestamp());
        _looking = clock.CreateTimer(_ => Look(longestSilence), null, LookInterval, LookInterval);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Heard()._inner.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => Heard()._inner.Read(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Heard()._inner.ReadAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => _inner.Write(buffer);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _inner.WriteAsync(buffer, cancellationToken);

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _looking.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // Whoever reads on has got what the read before waited for, so that reads themselves need nothing around them.
    private WatchedStream Heard()
    {
        Volatile.Write(ref _heard, _clock.GetTimestamp());
        return this;
    }

    private void Look(TimeSpan longestSilence)
    {
        if (_clock.GetElapsedTime(Volatile.Read(ref _heard)) >= longestSilence) Dispose();
    }
}
