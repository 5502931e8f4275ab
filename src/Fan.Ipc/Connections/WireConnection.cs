using System.Runtime.CompilerServices;
using Fan.Ipc.Wire;
using Fan.Messaging;

namespace Fan.Ipc.Connections;

/// <summary>What both sides of a connection do: read frames, stay alive, end with a reason. Safe from any thread.</summary>
internal abstract class WireConnection
{
    // What a peer that is sent away may still need to read why.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    // A peer that asks for answers and does not read them.
    private const int MaxUnsentPongs = 64;

    private readonly WireLink _link;
    private readonly FrameReader _reader;
    private readonly TimeProvider _clock;
    private readonly Action _onRead;
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _reading;
    private ITimer? _keepAlive;
    private Task _ending = Task.CompletedTask;
    private long _lastReceived;
    private long _asked;
    private int _unsentPongs;
    private int _closed;
    private volatile bool _deaf;

    protected WireConnection(WireLink link, WireSettings settings, int maxUnsentBytes)
    {
        _link = link;
        Settings = settings;
        _clock = settings.Clock;
        _reader = new FrameReader(settings.MaxBodyBytes);
        _onRead = OnRead;
        Writer = new ConnectionWriter(link.Stream, maxUnsentBytes, settings.Clock);
        Ready = new ReadyQueue(Writer);
    }

    /// <summary>Ends when the peer's hello has come; fails when the connection broke before.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>Ends when the connection is closed; never fails.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Why it can't be used any more; null while it can. Set under the writer's gate.</summary>
    public Exception? Broken { get; private set; }

    public string PeerName => _link.Peer;

    protected WireSettings Settings { get; }

    protected ConnectionWriter Writer { get; }

    protected ReadyQueue Ready { get; }

    protected Hello Peer { get; private set; } = new();

    /// <summary>Says hello, unless the peer is to be sent away, and begins to read.</summary>
    public void Start(bool greets = true)
    {
        _lastReceived = _clock.GetTimestamp();
        if (greets)
        {
            lock (Writer.Gate) Settings.Hello.Write(Writer.Frames);
            Writer.Flush();
        }

        _keepAlive = _clock.CreateTimer(
            static connection => ((WireConnection)connection!).KeepAlive(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using (ExecutionContext.SuppressFlow())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.BeginRead(), this, preferLocal: false);
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Close(Exception reason)
    {
        Break(reason);
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        Writer.Kill();
        _keepAlive?.Dispose();
        _link.Dispose();
        _greeted.TrySetException(reason);
        _ = _greeted.Task.Exception;
        _ended.TrySetResult();
    }

    /// <summary>Tells the peer what is wrong, and ends it.</summary>
    public void EndWith(WireError error, Exception reason)
    {
        _deaf = true;
        lock (Writer.Gate)
        {
            if (Broken is not null) return;
            var place = Writer.Frames.Begin(FrameType.Error, 0);
            ErrorBody.Write(Writer.Frames, error);
            Writer.Frames.End(place);
        }

        Break(reason);
        EndWhenSent(reason);
    }

    /// <summary>Ends it when everything has gone out and the peer has read it.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="listens">Whether something may still come from the peer.</param>
    protected void EndWhenSent(Exception reason, bool listens = true) => _ending = EndWhenSentAsync(reason, listens);

    /// <summary>How often it is looked whether the peer is there.</summary>
    protected abstract TimeSpan KeepAlivePeriod { get; }

    /// <summary>After how much silence the peer is asked now, and how long its answer may take.</summary>
    protected abstract (TimeSpan Interval, TimeSpan Timeout) Patience { get; }

    protected abstract void OnFrame(ref Frame frame);

    /// <summary>The peer's hello has come.</summary>
    protected abstract void OnGreeted();

    /// <summary>The connection has broken; called once, outside the gate.</summary>
    protected abstract void OnBroken(Exception reason);

    /// <summary>
    /// Sees to it that what was appended goes out: by whoever empties the queue, by this thread, or by the pool together with what others
    /// append.
    /// </summary>
    protected void Appended(int openCalls)
    {
        const int Few = 2;
        if (!Ready.IsEmpty) return;
        if (openCalls <= Few || Ready.IsDrainedHere) Writer.Flush();
        else Writer.FlushSoon();
    }

    private void Break(Exception reason)
    {
        lock (Writer.Gate)
        {
            if (Broken is not null) return;
            Broken = reason;
            Writer.Changed();
        }

        OnBroken(reason);
        // Whoever breaks it is not the one to run what waited for it.
        Ready.CallHelper();
    }

    private async Task EndWhenSentAsync(Exception reason, bool listens)
    {
        Writer.Flush();
        try
        {
            while (true)
            {
                Task change;
                lock (Writer.Gate)
                {
                    if (Writer.IsEmpty) break;
                    change = Writer.ChangeAsync();
                }

                await change.WaitAsync(Farewell, _clock).ConfigureAwait(false);
            }

            // Of two that can't say it without an end, and wait for each other, the one that expects nothing goes first.
            if (_link.TryShutdownSend() || listens) await Ended.WaitAsync(Farewell, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It had its time.
        }

        Close(reason);
    }

    private void BeginRead()
    {
        try
        {
            Read();
            if (_reading.IsCompleted) OnRead();
            else _reading.UnsafeOnCompleted(_onRead);
        }
        catch (Exception error)
        {
            Close(error);
            _reader.Release();
        }
    }

#pragma warning disable CA2012 // Its result is taken once, by OnRead.
    private void Read() => _reading = _link.Stream.ReadAsync(_reader.Space()).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012

    // Runs when bytes have come. The next read is handed over before anything that they brought is run.
    private void OnRead()
    {
        try
        {
            while (true)
            {
                var bytes = _reading.GetResult();
                if (bytes == 0)
                {
                    throw new EndOfStreamException($"{PeerName} has closed the connection");
                }

                _reader.Advance(bytes);
                Volatile.Write(ref _lastReceived, _clock.GetTimestamp());
                ReadFrames();
                Read();
                if (!_reading.IsCompleted)
                {
                    _reading.UnsafeOnCompleted(_onRead);
                    break;
                }

                if (!Ready.IsEmpty) Ready.CallHelper();
            }
        }
        catch (Exception error)
        {
            Close(error);
            _reader.Release();
        }

        Ready.Drain();
    }

    private void ReadFrames()
    {
        try
        {
            if (_deaf) _reader.Reset();
            while (_reader.TryRead(out var frame))
            {
                try
                {
                    Take(ref frame);
                }
                finally
                {
                    frame.Dispose();
                }
            }
        }
        catch (WireException error)
        {
            EndWith(
                new WireError { Code = error.Code, Message = error.Message },
                new IOException($"{PeerName} broke the protocol: {error.Message}"));
            _reader.Reset();
        }
    }

    private void Take(ref Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Hello:
                Peer = Hello.Read(frame.Body);
                OnGreeted();
                // Until then whoever connected, or accepted, has its own patience.
                _keepAlive!.Change(KeepAlivePeriod, KeepAlivePeriod);
                _greeted.TrySetResult();
                break;
            case FrameType.Error when frame.Stream == 0:
                var error = ErrorBody.Read(frame.Body);
                Close(new IOException($"{PeerName} ended the connection: {error.Message} ({error.Code})"));
                break;
            case FrameType.Ping:
                Answer(ref frame);
                break;
            case FrameType.Pong:
                break;
            default:
                OnFrame(ref frame);
                break;
        }
    }

    private void Answer(ref Frame frame)
    {
        if (frame.Body.Length != 8) throw new WireException($"A ping must have 8 bytes; it has {frame.Body.Length}.");
        lock (Writer.Gate)
        {
            if (Writer.Frames.Count == 0) _unsentPongs = 0;
            if (++_unsentPongs > MaxUnsentPongs)
            {
                throw new WireException("Pings come faster than their answers are read.", ErrorCodes.LimitExceeded);
            }

            var place = Writer.Frames.Begin(FrameType.Pong, 0);
            Writer.Frames.Bytes(frame.Body);
            Writer.Frames.End(place);
        }
    }

    private void KeepAlive()
    {
        var (interval, timeout) = Patience;
        if (Writer.Stuck is var stuck && stuck >= Settings.Options.KeepAliveTimeout)
        {
            Close(new SilentPeerException($"{PeerName} has taken nothing of what was sent for {stuck.TotalSeconds:0.#} s"));
            return;
        }

        var heard = Math.Max(Volatile.Read(ref _lastReceived), Writer.WentOn);
        if (_asked > heard)
        {
            if (_clock.GetElapsedTime(_asked) >= timeout)
            {
                Close(new SilentPeerException($"{PeerName} has been silent for {_clock.GetElapsedTime(heard).TotalSeconds:0.#} s"));
            }

            return;
        }

        if (_clock.GetElapsedTime(heard) < interval) return;
        _asked = _clock.GetTimestamp();
        lock (Writer.Gate)
        {
            // What stands there waits for the peer as an answer would.
            if (Broken is not null || Writer.IsFull) return;
            var place = Writer.Frames.Begin(FrameType.Ping, 0);
            Writer.Frames.UInt32(0);
            Writer.Frames.UInt32(0);
            Writer.Frames.End(place);
        }

        Writer.Flush();
    }
}
