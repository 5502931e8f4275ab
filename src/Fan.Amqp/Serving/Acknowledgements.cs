namespace Fan.Amqp.Serving;

/// <summary>A message that was delivered and is not acknowledged.</summary>
internal interface IUnacknowledged
{
    /// <summary>The broker's number for it.</summary>
    ulong Tag { get; }

    /// <summary>How large it is.</summary>
    int Bytes { get; }

    /// <summary>The one before it in the order of tags; for <see cref="Acknowledgements"/> alone.</summary>
    IUnacknowledged? Before { get; set; }

    /// <summary>The one after it; for <see cref="Acknowledgements"/> alone.</summary>
    IUnacknowledged? After { get; set; }
}

/// <summary>A message that is no request.</summary>
internal sealed class Unacknowledged(ulong tag, int bytes) : IUnacknowledged
{
    public ulong Tag => tag;

    public int Bytes => bytes;

    IUnacknowledged? IUnacknowledged.Before { get; set; }

    IUnacknowledged? IUnacknowledged.After { get; set; }
}

/// <summary>
/// Acknowledges what was delivered on one channel, many messages at once where the ones before them are done too. Safe from any thread.
/// </summary>
/// <remarks>
/// The queue goes with its connection, so that an acknowledgement does nothing but make room: it may come a little later. Whoever has it
/// calls <see cref="FlushAsync"/> now and then.
/// </remarks>
/// <param name="send">Acknowledges one message, or all up to it. Called in turn.</param>
/// <param name="prefetch">How many messages may be without acknowledgement.</param>
internal sealed class Acknowledgements(Func<ulong, bool, CancellationToken, ValueTask> send, int prefetch)
{
    // Of what may be in hand, the part that may be done without being told; and the bytes that the broker keeps for it.
    private const int Part = 4;
    private const int MostWaiting = 32;
    private const int MostBytes = 64 * 1024;

    private readonly int _most = Math.Clamp(prefetch / Part, 1, MostWaiting);
    private readonly Lock _gate = new();
    private readonly List<ulong> _done = [];
    private IUnacknowledged? _first;
    private IUnacknowledged? _last;
    private long _bytes;

    /// <summary>Takes a message in hand; in the order of their tags.</summary>
    public void Begin(IUnacknowledged message)
    {
        lock (_gate)
        {
            message.Before = _last;
            if (_last is null) _first = message;
            else _last.After = message;
            _last = message;
        }
    }

    /// <summary>A message is done.</summary>
    /// <exception cref="Exception">The channel has ended.</exception>
    public ValueTask EndAsync(IUnacknowledged message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (message.Before is { } before) before.After = message.After;
            else _first = message.After;
            if (message.After is { } after) after.Before = message.Before;
            else _last = message.Before;
            (message.Before, message.After) = (null, null);
            _done.Add(message.Tag);
            _bytes += message.Bytes;
            return _done.Count < _most && _bytes < MostBytes ? default : Send(isUrgent: false, cancellationToken);
        }
    }

    /// <summary>Lets nothing wait any longer.</summary>
    /// <exception cref="Exception">The channel has ended.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _done.Count == 0 ? default : Send(isUrgent: true, cancellationToken);
    }

    // Under the gate, as a tag must not be acknowledged after a later one was together with all before it.
    private ValueTask Send(bool isUrgent, CancellationToken cancellationToken)
    {
        // Everything before what is in hand is done, or was acknowledged long ago.
        var floor = _first?.Tag ?? ulong.MaxValue;
        ulong together = 0;
        foreach (var tag in _done)
        {
            if (tag < floor && tag > together) together = tag;
        }

        var sending = default(ValueTask);
        if (together > 0)
        {
            sending = send(together, true, cancellationToken);
            _done.RemoveAll(tag => tag <= together);
        }

        // Behind one that takes long.
        if (_done.Count > 0 && (isUrgent || _done.Count >= _most || _bytes >= MostBytes))
        {
            foreach (var tag in _done) sending = Both(sending, send(tag, false, cancellationToken));
            _done.Clear();
        }

        if (_done.Count == 0) _bytes = 0;
        return sending;
    }

    private static ValueTask Both(ValueTask one, ValueTask other)
    {
        if (one.IsCompletedSuccessfully) return other;
        return new(Task.WhenAll(one.AsTask(), other.AsTask()));
    }
}
