namespace Fan.Context;

/// <summary>A cancellation with a deadline, for one call after the other.</summary>
/// <remarks>
/// Its timer is not set for each call: it stays as it was as long as it would not fire too late, and when it fires early it
/// is set for what remains. Calls with the same time limit, which end long before it, so never touch it.
/// </remarks>
internal sealed class DeadlineSource : IDisposable
{
    // The longest that a timer takes is 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 2);

    private readonly CancellationTokenSource _source = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _due = long.MaxValue;
    private long _fires = long.MaxValue;
    private bool _isExpired;

    public DeadlineSource(TimeProvider clock)
    {
        _clock = clock;
        // The first call's context must not live on in it.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = clock.CreateTimer(
                static source => ((DeadlineSource)source!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public CancellationToken Token => _source.Token;

    public bool IsCancelled => _source.IsCancellationRequested;

    /// <summary>Whether the time was over before the call had ended.</summary>
    public bool IsExpired => Volatile.Read(ref _isExpired);

    /// <summary>Begins a call that may take so long.</summary>
    public Deadline Begin(TimeSpan time)
    {
        var deadline = Deadline.In(time, _clock);
        if (time > Longest) time = Longest;
        lock (_gate)
        {
            _due = deadline.Timestamp;
            if (_fires > _due) Set(time);
        }

        return deadline;
    }

    /// <summary>Ends the call; false where it was cancelled, so that no other one may use this.</summary>
    public bool TryEnd()
    {
        lock (_gate)
        {
            _due = long.MaxValue;
            return !_isExpired && _source.TryReset();
        }
    }

    public void Cancel() => _source.Cancel();

    /// <summary>Lets its timer go, but not what somebody may be about to cancel.</summary>
    public void Abandon() => _timer.Dispose();

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private void Fire()
    {
        lock (_gate)
        {
            _fires = long.MaxValue;
            if (_due == long.MaxValue || _isExpired) return;
            var left = _clock.GetElapsedTime(_clock.GetTimestamp(), _due);
            if (left > TimeSpan.Zero)
            {
                Set(left);
                return;
            }

            _isExpired = true;
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended at this very moment.
        }
    }

    private void Set(TimeSpan time)
    {
        _fires = _clock.GetTimestamp() + (long)(time.TotalSeconds * _clock.TimestampFrequency);
        // Rounded up: a timer counts whole milliseconds, and must not be early each time.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }
}
