using System.Buffers;
using System.IO.Pipelines;

namespace Fan.ZooKeeper.Client;

/// <summary>
/// One connection with one server, for one session: requests go out in the order of their numbers, many at a time, and come
/// back in it. One loop writes all that has gathered at once, one reads all that has arrived. Safe from any thread.
/// </summary>
internal sealed class EnsembleConnection
{
    private const int WatchXid = -1;
    private const int PingXid = -2;
    private const int HeaderBytes = 16;

    private readonly Stream _stream;
    private readonly ZooKeeperClientOptions _options;
    private readonly SessionTicket _ticket;
    private readonly TimeProvider _clock;
    private readonly Action<WatchEvent> _onEvent;
    private readonly Lock _gate = new();
    private readonly Queue<Request> _inFlight = new();
    private readonly AsyncSignal _outgoing = new();
    private readonly ITimer _timer;
    private FrameWriter _gathering;
    private FrameWriter _sending;
    private Exception? _ended;
    private Request? _unanswered;
    private int _xid;
    private long _lastZxid;
    private long _lastSent;
    private long _lastReceived;
    private long _confirmed;
    private long _probed;
    private int _probe;

    public EnsembleConnection(
        Stream stream,
        string server,
        SessionTicket ticket,
        long lastZxid,
        ZooKeeperClientOptions options,
        TimeProvider clock,
        Action<WatchEvent> onEvent)
    {
        _stream = stream;
        _options = options;
        _ticket = ticket;
        _clock = clock;
        _onEvent = onEvent;
        _lastZxid = lastZxid;
        _lastSent = _lastReceived = _confirmed = clock.GetTimestamp();
        _gathering = new FrameWriter(options.Chroot);
        _sending = new FrameWriter(options.Chroot);
        Server = server;
        // The context of who happened to open it must not live on in it.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = clock.CreateTimer(
                static connection => ((EnsembleConnection)connection!).Look(), this, PingInterval, Timeout.InfiniteTimeSpan);
            Ended = Task.Run(RunAsync);
        }
    }

    public string Server { get; }

    /// <summary>Completed when nothing of the connection runs any more; tells what was lost. Never fails.</summary>
    public Task<ConnectionLoss> Ended { get; }

    /// <summary>
    /// When the newest of those requests was sent that were answered: until then at least the server knew of the session.
    /// </summary>
    public long Confirmed => Volatile.Read(ref _confirmed);

    public long LastZxid => Volatile.Read(ref _lastZxid);

    private TimeSpan PingInterval => _ticket.Timeout / 3;

    // A third of the session's time is left then to find another server.
    private TimeSpan ReadTimeout => _ticket.Timeout * 2 / 3;

    /// <summary>Puts a request on its way; false where the connection has ended.</summary>
    /// <exception cref="PacketTooLargeException">The servers would not take it; nothing was sent.</exception>
    public bool TrySend(Request request)
    {
        lock (_gate)
        {
            if (_ended is not null) return false;
            _gathering.BeginFrame();
            // Negative numbers have a meaning of their own.
            if (request.Xid >= 0) request.Xid = _xid = _xid == int.MaxValue ? 1 : _xid + 1;
            _gathering.Int32(request.Xid);
            _gathering.Int32((int)request.Op);
            request.Write(_gathering);
            var size = _gathering.EndFrame();
            if (size > _options.MaxRequestBytes)
            {
                _gathering.DropFrame();
                throw new PacketTooLargeException(
                    $"The request on '{request.Path}' has {size} bytes; " +
                    $"servers take at most {_options.MaxRequestBytes} (their jute.maxbuffer).",
                    isRequest: true);
            }

            _inFlight.Enqueue(request);
            Probe(request.Xid);
        }

        _outgoing.Set();
        return true;
    }

    /// <summary>Ends the connection for a reason; what is in flight is lost.</summary>
    public void End(Exception reason)
    {
        lock (_gate)
        {
            if (_ended is not null) return;
            _ended = reason;
        }

        _timer.Dispose();
        _stream.Dispose();
        _outgoing.Set();
    }

    private async Task<ConnectionLoss> RunAsync()
    {
        await Task.WhenAll(GuardAsync(WriteAsync), GuardAsync(ReadAsync)).ConfigureAwait(false);
        var loss = new ConnectionLoss(_ended!, _ticket.SessionId, _lastZxid);
        _unanswered?.Fail(new ConnectionLossException(loss));
        // Nobody adds to it any more.
        while (_inFlight.TryDequeue(out var request)) request.Fail(new ConnectionLossException(loss));
        return loss;
    }

    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (ConnectionEndedException error)
        {
            End(error);
        }
        catch (MalformedReplyException error)
        {
            End(new ConnectionEndedException($"{Server} sent a reply that breaks the protocol: {error.Message}.", error));
        }
        catch (Exception error)
        {
            // Also what comes from a stream that was closed while it was used.
            End(new ConnectionEndedException($"The connection with {Server} broke: {error.Message}", error));
        }
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await _outgoing.WaitAsync().ConfigureAwait(false);
            lock (_gate)
            {
                if (_ended is not null) return;
                (_gathering, _sending) = (_sending, _gathering);
            }

            if (_sending.IsEmpty) continue;
            await _stream.WriteAsync(_sending.Written).ConfigureAwait(false);
            _sending.Clear();
            Volatile.Write(ref _lastSent, _clock.GetTimestamp());
        }
    }

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync().ConfigureAwait(false);
                Volatile.Write(ref _lastReceived, _clock.GetTimestamp());
                var buffer = result.Buffer;
                while (TryTakeFrame(ref buffer, out var frame)) Handle(frame);
                if (result.IsCompleted) throw new ConnectionEndedException($"{Server} ended the connection.");
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private bool TryTakeFrame(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadBigEndian(out int size)) return false;
        if (size < HeaderBytes) throw new MalformedReplyException($"a frame says that it has {size} bytes");
        if (size > _options.MaxReplyBytes)
        {
            var error = new PacketTooLargeException(
                $"The reply of {Server} has {size} bytes; at most {_options.MaxReplyBytes} are taken.", isRequest: false);
            // Replies come in order, so it is the oldest request's; asking again would bring the same.
            TakeOldest()?.Fail(error);
            throw new ConnectionEndedException(error.Message, error);
        }

        if (reader.Remaining < size) return false;
        frame = buffer.Slice(4, size);
        buffer = buffer.Slice(4L + size);
        return true;
    }

    private void Handle(in ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
        {
            Handle(frame.FirstSpan);
            return;
        }

        var size = (int)frame.Length;
        var whole = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            frame.CopyTo(whole);
            Handle(whole.AsSpan(0, size));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private void Handle(ReadOnlySpan<byte> frame)
    {
        var reader = new JuteReader(frame, _options.Chroot);
        var xid = reader.Int32();
        var zxid = reader.Int64();
        var error = (ErrorCode)reader.Int32();
        if (xid != WatchXid) NoteAnswer(xid);
        switch (xid)
        {
            case WatchXid:
                _onEvent(WatchEvent.Read(ref reader));
                return;
            case PingXid:
                Volatile.Write(ref _lastZxid, Math.Max(_lastZxid, zxid));
                return;
        }

        var request = TakeOldest() ?? throw new MalformedReplyException($"it answers {xid}, and nothing was asked");
        if (request.Xid != xid)
        {
            _unanswered = request;
            throw new MalformedReplyException($"it answers {xid} where {request.Xid} is the oldest request");
        }

        if (error is ErrorCode.SessionExpired or ErrorCode.SessionMoved)
        {
            _unanswered = request;
            throw new ConnectionEndedException($"{Server} has given the session up ({error}).");
        }

        if (zxid > 0) Volatile.Write(ref _lastZxid, Math.Max(_lastZxid, zxid));
        request.Complete(error, ref reader);
    }

    private Request? TakeOldest()
    {
        lock (_gate) return _inFlight.TryDequeue(out var request) ? request : null;
    }

    // Runs when a ping may be due, and when an answer should have come.
    private void Look()
    {
        var now = _clock.GetTimestamp();
        var silent = _clock.GetElapsedTime(Volatile.Read(ref _lastReceived), now);
        if (silent >= ReadTimeout)
        {
            End(new ConnectionEndedException($"{Server} was silent for {silent.TotalMilliseconds:F0} ms."));
            return;
        }

        var idle = _clock.GetElapsedTime(Volatile.Read(ref _lastSent), now);
        if (idle >= PingInterval)
        {
            Ping();
            idle = TimeSpan.Zero;
        }

        var next = ReadTimeout - silent < PingInterval - idle ? ReadTimeout - silent : PingInterval - idle;
        // Timers count whole milliseconds; one that is early would look for nothing.
        try
        {
            _timer.Change(next + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }

    private void Ping()
    {
        lock (_gate)
        {
            if (_ended is not null) return;
            _gathering.BeginFrame();
            _gathering.Int32(PingXid);
            _gathering.Int32((int)OpCode.Ping);
            _gathering.EndFrame();
            Probe(PingXid);
        }

        _outgoing.Set();
    }

    // One request at a time is timed: enough to know, and nothing to pay for each. Under the gate.
    private void Probe(int xid)
    {
        if (_probe != 0) return;
        _probe = xid;
        _probed = _clock.GetTimestamp();
    }

    private void NoteAnswer(int xid)
    {
        lock (_gate)
        {
            if (_probe != xid) return;
            Volatile.Write(ref _confirmed, _probed);
            _probe = 0;
        }
    }
}
