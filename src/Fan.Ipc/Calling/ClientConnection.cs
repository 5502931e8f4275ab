using Fan.Calls;
using Fan.Ipc.Connections;
using Fan.Ipc.Wire;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Ipc.Calling;

/// <summary>What became of an attempt to send.</summary>
internal enum Sending
{
    /// <summary>It is on its way.</summary>
    Sent,

    /// <summary>The connection can take no more at the moment.</summary>
    Full,

    /// <summary>The connection takes no more at all; nothing was sent.</summary>
    Gone,
}

/// <summary>The caller's side of a connection. Safe from any thread.</summary>
internal sealed partial class ClientConnection(WireLink link, WireSettings settings) : WireConnection(link, settings, MaxUnsentBytes)
{
    private const int MaxUnsentBytes = 1024 * 1024;
    private const int MaxKeptCalls = 1024;

    private readonly Dictionary<uint, IOpenCall> _open = [];
    private readonly Stack<ClientCall> _free = new();
    private readonly ReceivedNames<object> _received = new(settings.Options.MaxNamesPerConnection);
    private ClientCall? _atHand;
    private SentNames _names = new(0);
    private uint _lastStream;
    private long _credit;
    private long _itemsOwed;
    private bool _goesAway;

    /// <summary>Whether a new call may be sent on it.</summary>
    public bool IsUsable => Broken is null && !Volatile.Read(ref _goesAway);

    /// <summary>Whether the peer said that it is about to end.</summary>
    public bool GoesAway => Volatile.Read(ref _goesAway);

    /// <summary>Sends a call with one reply, if there is room for it.</summary>
    public Sending TrySend(OutgoingCall call, CancellationToken cancellationToken, out ValueTask<ReplyPayload> reply)
    {
        reply = default;
        ClientCall? sent;
        int open;
        lock (Writer.Gate)
        {
            if (Check() is var state && state != Sending.Sent) return state;
            sent = Interlocked.Exchange(ref _atHand, null);
            if (sent is null && !_free.TryPop(out sent)) sent = new ClientCall(this);
            sent.Call = call;
            sent.Stream = Append(call, sent, 0);
            open = _open.Count;
        }

        // Both before the flush: it may take time, and the reply may come within it.
        reply = sent.Task;
        sent.CancelWith(cancellationToken);
        Appended(open);
        return Sending.Sent;
    }

    /// <summary>Sends a call whose reply is a sequence, if there is room for it.</summary>
    public Sending TrySend(OutgoingCall call, out ClientSequence? sequence)
    {
        sequence = null;
        int open;
        lock (Writer.Gate)
        {
            if (Check() is var state && state != Sending.Sent) return state;
            sequence = new ClientSequence(this, call, Settings.Options.SequenceWindowBytes);
            sequence.Stream = Append(call, sequence, RequestFrame.IsSequence);
            open = _open.Count;
        }

        Appended(open);
        return Sending.Sent;
    }

    /// <summary>Ends when a call that found the connection full may look again.</summary>
    public Task ChangeAsync()
    {
        lock (Writer.Gate) return Check() == Sending.Full ? Writer.ChangeAsync() : Task.CompletedTask;
    }

    /// <summary>Takes a call out that its caller left, and tells the peer; false where it has ended already.</summary>
    public bool TryAbandon(uint stream, IOpenCall call)
    {
        bool isLast;
        int open;
        lock (Writer.Gate)
        {
            if (!_open.TryGetValue(stream, out var found) || !ReferenceEquals(found, call)) return false;
            isLast = Remove(stream);
            open = _open.Count;
            if (Broken is null) Writer.Frames.End(Writer.Frames.Begin(FrameType.Cancel, stream));
        }

        Appended(open);
        if (isLast) EndWhenSent(new IOException($"{PeerName} went away"), listens: false);
        return true;
    }

    /// <summary>Runs what a call waits for, when the frames that have come are read.</summary>
    public void Continue(ClientCall call) => Ready.Add(call);

    public void Return(ClientCall call)
    {
        // A caller that goes on takes it at once for its next call.
        if (Interlocked.CompareExchange(ref _atHand, call, null) is null) return;
        lock (Writer.Gate)
        {
            if (_free.Count < MaxKeptCalls) _free.Push(call);
        }
    }

    /// <summary>Lets the peer send so many bytes of items more, of whatever sequence.</summary>
    public void ItemConsumed(int bytes)
    {
        if (Interlocked.Add(ref _itemsOwed, bytes) < Settings.Options.WindowBytes / 2) return;
        var owed = Interlocked.Exchange(ref _itemsOwed, 0);
        if (owed > 0) Grant(0, owed);
    }

    /// <summary>Lets the peer send so many bytes of items more on a sequence that is still open.</summary>
    public void Grant(uint stream, ClientSequence sequence, long bytes)
    {
        lock (Writer.Gate)
        {
            if (!_open.TryGetValue(stream, out var found) || !ReferenceEquals(found, sequence)) return;
        }

        Grant(stream, bytes);
    }

    protected override TimeSpan KeepAlivePeriod =>
        Shortest(Settings.Options.KeepAliveInterval, Settings.Options.ProbeInterval, Settings.Options.ProbeTimeout) / 2;

    // Whoever waits for a reply must not wait for a peer that is gone.
    protected override (TimeSpan Interval, TimeSpan Timeout) Patience
    {
        get
        {
            var options = Settings.Options;
            lock (Writer.Gate)
            {
                return _open.Count > 0
                    ? (Shortest(options.ProbeInterval, options.KeepAliveInterval), Shortest(options.ProbeTimeout, options.KeepAliveTimeout))
                    : (options.KeepAliveInterval, options.KeepAliveTimeout);
            }
        }
    }

    protected override void OnGreeted()
    {
        lock (Writer.Gate)
        {
            _credit = Peer.Window;
            _names = new SentNames(Peer.MaxNames);
        }
    }

    protected override void OnFrame(ref Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Name: _received.Add(frame.Body); break;
            case FrameType.Reply: OnReply(ref frame); break;
            case FrameType.Item: OnItem(ref frame); break;
            case FrameType.End: OnEnd(ref frame); break;
            case FrameType.Error: OnError(ref frame); break;
            case FrameType.Credit: OnCredit(ref frame); break;
            case FrameType.GoAway: OnGoAway(ref frame); break;
            default: throw new WireException($"A server must not send a frame of type {frame.Type}.");
        }
    }

    protected override void OnBroken(Exception reason)
    {
        List<IOpenCall> open;
        lock (Writer.Gate)
        {
            open = [.. _open.Values];
            _open.Clear();
        }

        if (reason is SilentPeerException)
        {
            // Once for each, however many calls it had.
            foreach (var endpoint in open.Select(call => call.Call.Endpoint).Distinct()) endpoint.Load.Failed(reason.Message);
        }

        foreach (var call in open)
        {
            call.Fail(
                CallFailure.OfConnection(call.Call.Service, $"{call.Call.Endpoint} broke off: {reason.Message.TrimEnd('.')}.", reason));
        }
    }

    private static TimeSpan Shortest(params ReadOnlySpan<TimeSpan> times)
    {
        var shortest = times[0];
        foreach (var time in times) shortest = time < shortest ? time : shortest;
        return shortest;
    }

    private Sending Check()
    {
        if (Broken is not null || _goesAway) return Sending.Gone;
        return _open.Count >= Peer.MaxCalls || _credit <= 0 || Writer.IsFull ? Sending.Full : Sending.Sent;
    }

    private uint Append(OutgoingCall call, IOpenCall open, byte flags)
    {
        // Numbers are used again after four thousand million calls, but never one that is open.
        do _lastStream++;
        while (_lastStream == 0 || !_open.TryAdd(_lastStream, open));
        _credit -= RequestFrame.Write(Writer.Frames, _names, _lastStream, flags, call, Settings.Application);
        return _lastStream;
    }

    // True where it was the last one of a connection that the peer wants to end. Under the gate.
    private bool Remove(uint stream)
    {
        if (_open.Count >= Peer.MaxCalls) Writer.Changed();
        _open.Remove(stream);
        return _goesAway && _open.Count == 0 && Broken is null;
    }

    private IOpenCall? Take(uint stream)
    {
        IOpenCall? call;
        bool isLast;
        lock (Writer.Gate)
        {
            if (!_open.TryGetValue(stream, out call)) return null;
            isLast = Remove(stream);
        }

        if (isLast) EndWhenSent(new IOException($"{PeerName} went away"), listens: false);
        return call;
    }

    private IOpenCall? Find(uint stream)
    {
        lock (Writer.Gate) return _open.GetValueOrDefault(stream);
    }

    private void Grant(uint stream, long bytes)
    {
        lock (Writer.Gate)
        {
            if (Broken is not null) return;
            var place = Writer.Frames.Begin(FrameType.Credit, stream);
            Writer.Frames.Number((ulong)bytes);
            Writer.Frames.End(place);
        }

        Writer.Flush();
    }

    private string? ReadSpans(ref BodyReader reader)
    {
        var count = reader.Number();
        if (count == 0) return null;
        var headers = new MessageHeaders();
        // The block again, from its count on.
        HeaderBlock.ReadCounted(ref reader, _received, headers, Settings.Limits, count);
        return headers.Spans;
    }

    private static LimitExceededException TooLarge(IOpenCall call) => new(
        nameof(FanLimits.MaxPayloadBytes),
        $"The reply of {call.Call.Endpoint} has more than {call.Call.Limits.MaxPayloadBytes} bytes " +
        $"({nameof(FanLimits.MaxPayloadBytes)}).");
}
