namespace Fan.Context;

/// <summary>A moment on the monotonic clock by which a call must be done; the default value is "never".</summary>
internal readonly struct Deadline(TimeProvider clock, long timestamp)
{
    private readonly TimeProvider? _clock = clock;
    private readonly long _timestamp = timestamp;

    public bool IsSet => _clock is not null;

    /// <summary>The moment, as its clock counts; of no use where none is set.</summary>
    public long Timestamp => _timestamp;

    /// <summary>The time that is left, not below zero; null for "never".</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (_clock is null) return null;
            var left = _clock.GetElapsedTime(_clock.GetTimestamp(), _timestamp);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public static Deadline In(TimeSpan time, TimeProvider clock) =>
        new(clock, clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency));

    /// <summary>The smaller of the time left here and <paramref name="limit"/>, where null has no end.</summary>
    public TimeSpan? Within(TimeSpan? limit) => Remaining is { } left && !(limit <= left) ? left : limit;
}
