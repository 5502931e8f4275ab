using System.Security.Claims;
using Fan.Ipc.Connections;
using Fan.Ipc.Wire;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Ipc.Serving;

/// <summary>The serving side of a connection. Safe from any thread.</summary>
internal sealed partial class ServerConnection(WireLink link, WireSettings settings, CallServer server, string transport)
    : WireConnection(link, settings, MaxUnsentBytes)
{
    private const int MaxUnsentBytes = 1024 * 1024;
    private const int MaxKeptCalls = 1024;
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromMilliseconds(uint.MaxValue);

    private readonly Dictionary<uint, ServedCall> _open = [];
    private readonly Stack<ServedCall> _free = new();
    private readonly ReceivedNames<ServedMethod> _names = new(settings.Options.MaxNamesPerConnection);
    private readonly ClaimsPrincipal? _principal = link.Principal;
    private SentNames _sent = new(0);
    private uint? _compactName;
    private uint _lastStream;
    private readonly Queue<ServedCall> _held = new();
    private long _repliesUnread;
    private long _requestsUnread;
    private long _requestsOwed;
    private long _itemCredit;
    private bool _goesAway;

    /// <summary>Takes no more calls, and ends the connection when those that are open have ended.</summary>
    public void GoAway()
    {
        bool isIdle;
        lock (Writer.Gate)
        {
            if (_goesAway || Broken is not null) return;
            _goesAway = true;
            var place = Writer.Frames.Begin(FrameType.GoAway, 0);
            Writer.Frames.UInt32(_lastStream);
            Writer.Frames.End(place);
            isIdle = _open.Count == 0;
        }

        Writer.Flush();
        if (isIdle) EndWhenSent(Stopped());
    }

    /// <summary>Keeps a call until its caller has read more of the replies that there are; false where it may be served at once.</summary>
    public bool TryHold(ServedCall call)
    {
        // A glance without the gate: few callers ever leave that much unread.
        if (Volatile.Read(ref _repliesUnread) < Settings.Options.ReplyWindowBytes) return false;
        lock (Writer.Gate)
        {
            if (Broken is not null || _repliesUnread < Settings.Options.ReplyWindowBytes) return false;
            if (call.HeldSince == 0) call.HeldSince = Math.Max(1, Settings.Clock.GetTimestamp());
            _held.Enqueue(call);
            return true;
        }
    }

    /// <summary>What is left of the time of a call that was held back; null where it has no limit.</summary>
    public TimeSpan? LeftOf(ServedCall call)
    {
        if (call.Headers.TimeToLive is not { } left) return null;
        left -= Settings.Clock.GetElapsedTime(call.HeldSince);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Ends when an item that had no credit may be tried again.</summary>
    public Task CreditAsync(ServedCall call)
    {
        lock (Writer.Gate) return Broken is null && !call.IsCancelled && MustWait(call) ? Writer.ChangeAsync() : Task.CompletedTask;
    }

    /// <summary>Sees to the sending of a reply that was not ready at once.</summary>
    public void Replied() => Appended(_open.Count + 1);

    protected override TimeSpan KeepAlivePeriod => Settings.Options.KeepAliveInterval / 2;

    protected override (TimeSpan Interval, TimeSpan Timeout) Patience =>
        (Settings.Options.KeepAliveInterval, Settings.Options.KeepAliveTimeout);

    protected override void OnGreeted()
    {
        lock (Writer.Gate)
        {
            _itemCredit = Peer.Window;
            _sent = new SentNames(Peer.MaxNames);
        }
    }

    protected override void OnFrame(ref Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Name: _names.Add(frame.Body); break;
            case FrameType.Request: OnRequest(ref frame); break;
            case FrameType.Cancel: OnCancel(frame.Stream); break;
            case FrameType.Credit: OnCredit(ref frame); break;
            default: throw new WireException($"A client must not send a frame of type {frame.Type}.");
        }
    }

    protected override void OnBroken(Exception reason)
    {
        lock (Writer.Gate)
        {
            foreach (var call in _open.Values) Cancel(call);
            Release();
            while (_free.TryPop(out var call)) call.Dispose();
        }
    }

    // Under the gate; whoever calls it calls a helper too.
    private void Release()
    {
        while (_held.TryDequeue(out var call)) Ready.Add(call);
    }

    private void OnRequest(ref Frame frame)
    {
        if (Open(ref frame) is not { } call) return;
        try
        {
            if (frame.Skipped > 0) throw TooLarge();
            Read(ref frame, call);
        }
        catch (FanException error)
        {
            call.Refuse(error);
        }

        Ready.Add(call);
    }

    private ServedCall? Open(ref Frame frame)
    {
        lock (Writer.Gate)
        {
            // The caller has been told, or is about to be, and tries elsewhere.
            if (_goesAway || Broken is not null) return null;
            if (frame.Stream == 0 || _open.ContainsKey(frame.Stream))
            {
                throw new WireException(
                    $"Stream {frame.Stream} can't be opened: {(frame.Stream == 0 ? "it is the connection's own" : "it is open")}.");
            }

            if (_open.Count >= Settings.Options.MaxCallsPerConnection)
            {
                throw new WireException($"More than {Settings.Options.MaxCallsPerConnection} calls are open.", ErrorCodes.LimitExceeded);
            }

            if (_requestsUnread >= Settings.Options.WindowBytes)
            {
                throw new WireException(
                    $"Requests go beyond the window of {Settings.Options.WindowBytes} bytes.", ErrorCodes.LimitExceeded);
            }

            _requestsUnread += frame.Bytes;
            _lastStream = frame.Stream;
            if (!_free.TryPop(out var call)) call = new ServedCall(this, server, transport, _principal);
            call.Open(frame.Stream, frame.Bytes, Peer.SequenceWindow);
            _open.Add(frame.Stream, call);
            return call;
        }
    }

    private void Read(ref Frame frame, ServedCall call)
    {
        var reader = new BodyReader(frame.Type, frame.Body);
        var isSequence = (reader.Byte() & 1) != 0;
        var name = reader.TextHead(out var inline);
        var entry = name >= 0 ? _names[name] : null;
        var time = reader.Number();
        var contentType = _names.ReadText(ref reader);
        call.Headers.Caller = Peer.Application;
        HeaderBlock.Read(ref reader, _names, call.Headers, server.Limits);
        if (time > 0)
        {
            var microseconds = time - 1;
            call.Headers.TimeToLive = microseconds >= MaxTimeToLive.TotalMicroseconds
                ? MaxTimeToLive
                : TimeSpan.FromTicks((long)microseconds * TimeSpan.TicksPerMicrosecond);
        }

        var method = entry is null ? Resolve(reader.Decode(inline)) : entry.Meaning ??= Resolve(entry.Text);
        if (reader.Left > server.Limits.MaxPayloadBytes) throw TooLarge();
        call.Prepare(
            method,
            isSequence,
            contentType.Length == 0 ? null : contentType == MediaTypes.Compact ? MediaTypes.Compact : contentType,
            ref frame,
            reader.Position);
    }

    private ServedMethod Resolve(string fullName)
    {
        var slash = fullName.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? throw new BadMessageException("method", $"A method is named 'service/method'; '{HeaderText.Shorten(fullName)}' is not.")
            : server.Resolve(fullName[..slash], fullName[(slash + 1)..]);
    }

    private void OnCancel(uint stream)
    {
        lock (Writer.Gate)
        {
            if (_open.TryGetValue(stream, out var call)) Cancel(call);
        }
    }

    // Anybody's code may be registered on the token, so the pool runs it. Under the gate.
    private void Cancel(ServedCall call)
    {
        if (call.IsCancelled) return;
        call.IsCancelled = true;
        Writer.Changed();
        ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
    }

    private void OnCredit(ref Frame frame)
    {
        var bytes = new BodyReader(frame.Type, frame.Body).Number();
        lock (Writer.Gate)
        {
            if (frame.Stream == 0)
            {
                _itemCredit = Add(_itemCredit, bytes, Peer.Window);
            }
            else if (_open.TryGetValue(frame.Stream, out var call))
            {
                call.Credit = Add(call.Credit, bytes, Peer.SequenceWindow);
            }

            Writer.Changed();
        }
    }

    private static long Add(long credit, ulong bytes, long window) => bytes <= long.MaxValue && (long)bytes <= window - credit
        ? credit + (long)bytes
        : throw new WireException($"Credit of {bytes} bytes is more than was used.");

    private bool MustWait(ServedCall call) => call.Credit <= 0 || _itemCredit <= 0 || Writer.IsFull;

    // True where it was the last one of a connection that goes away. Under the gate.
    private bool Remove(ServedCall call)
    {
        if (!_open.Remove(call.Stream)) return false;
        _requestsUnread -= call.RequestBytes;
        _requestsOwed += call.RequestBytes;
        if (_requestsOwed >= Settings.Options.WindowBytes / 2 && Broken is null)
        {
            var place = Writer.Frames.Begin(FrameType.Credit, 0);
            Writer.Frames.Number((ulong)_requestsOwed);
            Writer.Frames.End(place);
            _requestsOwed = 0;
        }

        if (!call.TryReset()) return IsLast();
        if (Broken is null && _free.Count < MaxKeptCalls) _free.Push(call);
        else call.Dispose();
        return IsLast();
    }

    private bool IsLast() => _goesAway && _open.Count == 0 && Broken is null;

    private LimitExceededException TooLarge() => new(
        nameof(FanLimits.MaxPayloadBytes),
        $"The arguments have more than {server.Limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");

    private static IOException Stopped() => new("the application stops");
}
