namespace Fan.Transports;

/// <summary>
/// How many connections a listener has. Those that have not begun to speak give way, so that nobody shuts others out by saying nothing.
/// Safe from any thread.
/// </summary>
internal sealed class ConnectionSeats(int most, TimeProvider clock)
{
    // What it says may be on the way.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionSeat> _silent = new();
    private int _taken;

    /// <summary>A place for a connection that has just been accepted; null where all are taken by others that count.</summary>
    /// <param name="evict">Ends it; called once where others need its place before it has begun to speak, from any thread.</param>
    public ConnectionSeat? TryTake(Action evict)
    {
        ConnectionSeat? oldest = null;
        var seat = new ConnectionSeat(evict, clock.GetTimestamp());
        lock (_gate)
        {
            if (_taken >= most)
            {
                oldest = _silent.First?.Value;
                if (oldest is null || clock.GetElapsedTime(oldest.Since) < Grace) return null;
                _silent.RemoveFirst();
                oldest.IsTaken = false;
                _taken--;
            }

            _taken++;
            _silent.AddLast(seat);
        }

        oldest?.Evict();
        return seat;
    }

    /// <summary>It has begun to speak; false where its place was given away.</summary>
    public bool TrySettle(ConnectionSeat seat)
    {
        lock (_gate)
        {
            if (!seat.IsTaken) return false;
            _silent.Remove(seat);
            return true;
        }
    }

    /// <summary>It has ended.</summary>
    public void Leave(ConnectionSeat seat)
    {
        lock (_gate)
        {
            if (!seat.IsTaken) return;
            seat.IsTaken = false;
            _silent.Remove(seat);
            _taken--;
        }
    }
}

/// <summary>The place of one connection.</summary>
internal sealed class ConnectionSeat(Action evict, long since)
{
    public long Since => since;

    /// <summary>Whether it is still its own; guarded by the gate of the seats.</summary>
    public bool IsTaken { get; set; } = true;

    public void Evict() => evict();
}
