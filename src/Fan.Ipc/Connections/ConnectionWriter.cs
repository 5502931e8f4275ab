using Fan.Ipc.Wire;

namespace Fan.Ipc.Connections;

/// <summary>
/// The one writer of a connection: frames are appended under <see cref="Gate"/>, and whoever flushes sends all that is there at once. Safe
/// from any thread.
/// </summary>
internal sealed class ConnectionWriter(Stream stream, int limit, TimeProvider clock) : IThreadPoolWorkItem
{
    // A caller that flushes does not send others' frames for longer than this; then the pool does.
    private const int MaxRounds = 4;

    // What is written at once: a large payload shows in steps that the peer takes it.
    private const int MaxWrite = 256 * 1024;

    private FrameBuffer _filling = new();
    private FrameBuffer _sending = new();
    private int _sent;
    private long _waitsSince;
    private long _wentOn;
    private bool _isSending;
    private bool _isDead;
    private int _flushComes;
    private TaskCompletionSource? _change;
    private Task _slow = Task.CompletedTask;

    /// <summary>Guards the frames, and whatever must change together with them.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Where frames are appended, under the gate.</summary>
    public FrameBuffer Frames => _filling;

    /// <summary>Whether the next frame must wait, under the gate.</summary>
    public bool IsFull => _filling.Count >= limit;

    /// <summary>Whether frames stand here that nobody has begun to send.</summary>
    public bool HasUnsent => Volatile.Read(ref _filling).Count > 0;

    /// <summary>Whether all has gone out, under the gate.</summary>
    public bool IsEmpty => _isDead || (!_isSending && _filling.Count == 0);

    /// <summary>When the peer last took something that it had let wait; a timestamp of the clock, 0 where it never did.</summary>
    public long WentOn => Volatile.Read(ref _wentOn);

    /// <summary>How long the peer has been taking nothing of what is to be sent; zero where nothing waits for it.</summary>
    public TimeSpan Stuck => Volatile.Read(ref _waitsSince) is > 0 and var since ? clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Ends when there is room, or anything else has changed that a frame may wait for. Asked for under the gate.</summary>
    public Task ChangeAsync() => (_change ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Lets those look again who wait, under the gate.</summary>
    public void Changed()
    {
        var change = _change;
        _change = null;
        change?.SetResult();
    }

    /// <summary>Sends what is buffered, unless another thread is already flushing: it sends this too.</summary>
    public void Flush()
    {
        // A glance without the gate: whoever appended sees its own frames.
        if (!HasUnsent) return;
        lock (Gate)
        {
            if (_isSending || _isDead || _filling.Count == 0) return;
            _isSending = true;
            Swap();
        }

        Send();
    }

    /// <summary>Sends soon, together with what others append until then.</summary>
    public void FlushSoon()
    {
        if (Volatile.Read(ref _flushComes) == 0 && Interlocked.Exchange(ref _flushComes, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Drops what is here and what comes.</summary>
    public void Kill()
    {
        lock (Gate)
        {
            _isDead = true;
            _filling.Clear();
            Changed();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _flushComes, 0);
        Flush();
    }

    private void Send()
    {
        for (var round = 1; ; round++)
        {
            try
            {
                while (_sent < _sending.Count)
                {
                    var part = _sending.Written.Slice(_sent, Math.Min(MaxWrite, _sending.Count - _sent));
                    _sent += part.Length;
                    var writing = stream.WriteAsync(part);
                    if (!writing.IsCompleted)
                    {
                        _slow = SendSlowlyAsync(writing);
                        return;
                    }

                    writing.GetAwaiter().GetResult();
                }
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The reader still gets what the peer said last, and then finds out by itself.
                Kill();
                return;
            }

            if (!Next()) return;
            if (round < MaxRounds) continue;
            // Not by FlushSoon: the sending is ours to hand on.
            ThreadPool.UnsafeQueueUserWorkItem(static writer => writer.Send(), this, preferLocal: false);
            return;
        }
    }

    private async Task SendSlowlyAsync(ValueTask writing)
    {
        Volatile.Write(ref _waitsSince, Math.Max(1, clock.GetTimestamp()));
        try
        {
            await writing.ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            Kill();
            return;
        }

        Volatile.Write(ref _waitsSince, 0);
        Volatile.Write(ref _wentOn, clock.GetTimestamp());
        if (_sent < _sending.Count || Next()) Send();
    }

    private bool Next()
    {
        lock (Gate)
        {
            _sending.Clear();
            if (_filling.Count > 0 && !_isDead)
            {
                Swap();
                return true;
            }

            _isSending = false;
            Changed();
            return false;
        }
    }

    private void Swap()
    {
        (_filling, _sending) = (_sending, _filling);
        _sent = 0;
        Changed();
    }
}
