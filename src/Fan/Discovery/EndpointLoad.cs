namespace Fan.Discovery;

/// <summary>How busy an endpoint is with calls of this application, and whether it is left out for now. Safe from any thread.</summary>
internal sealed class EndpointLoad(TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // How much later than the end of an endpoint a caller may hear of its successor.
    private static readonly TimeSpan LongestHandover = TimeSpan.FromSeconds(2);

    // What is still there after that time has come back at the same address, as a static one does.
    private static readonly TimeSpan LongestLeaving = TimeSpan.FromSeconds(30);

    private int _inFlight;
    private int _failures;
    private int _outages;
    private long _resumes;
    private long _left;
    private long _gone;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The time until it may be tried again; zero when it may be now.</summary>
    public TimeSpan Pause
    {
        get
        {
            if (Volatile.Read(ref _failures) == 0) return TimeSpan.Zero;
            var left = clock.GetElapsedTime(clock.GetTimestamp(), Volatile.Read(ref _resumes));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Whether it said a short while ago that it is about to end.</summary>
    public bool IsLeaving => Volatile.Read(ref _left) is var left && left != 0 && clock.GetElapsedTime(left) < LongestLeaving;

    /// <summary>
    /// How much longer news of its successor may be on the way: above zero for a while after the first call that it did not take because it
    /// left.
    /// </summary>
    public TimeSpan Handover
    {
        get
        {
            var gone = Volatile.Read(ref _gone);
            if (gone == 0) return TimeSpan.Zero;
            var left = LongestHandover - clock.GetElapsedTime(gone);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Why the last call to it failed, for people.</summary>
    public string? LastFailure { get; set; }

    public bool IsAvailable => Volatile.Read(ref _failures) == 0 || Pause == TimeSpan.Zero;

    /// <summary>It said that it is about to end.</summary>
    public void Leave()
    {
        if (IsLeaving) return;
        Volatile.Write(ref _gone, 0);
        Volatile.Write(ref _left, Math.Max(1, clock.GetTimestamp()));
    }

    /// <summary>Begins a call; what it returns is for <see cref="Failed(string, int)"/>.</summary>
    public int Begin()
    {
        Interlocked.Increment(ref _inFlight);
        return Volatile.Read(ref _outages);
    }

    public void End() => Interlocked.Decrement(ref _inFlight);

    public void Succeeded()
    {
        if (Volatile.Read(ref _failures) != 0) Volatile.Write(ref _failures, 0);
    }

    /// <summary>A transport found by itself that it does not answer.</summary>
    public void Failed(string reason) => Failed(reason, Volatile.Read(ref _outages));

    /// <summary>
    /// Leaves it out for a pause that doubles with each failure in a row, with jitter so that callers do not come back as one.
    /// </summary>
    /// <param name="reason">Why, for people.</param>
    /// <param name="begun">
    /// What <see cref="Begin"/> returned: all calls that were under way when one of them failed tell of the same failure, which counts
    /// once.
    /// </param>
    public void Failed(string reason, int begun)
    {
        LastFailure = reason;
        if (IsLeaving) Interlocked.CompareExchange(ref _gone, Math.Max(1, clock.GetTimestamp()), 0);
        if (Interlocked.CompareExchange(ref _outages, begun + 1, begun) != begun) return;
        var failures = Interlocked.Increment(ref _failures);
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 10));
        if (pause > LongestPause) pause = LongestPause;
        var jittered = pause * (0.75 + (Random.Shared.NextDouble() / 2));
        Volatile.Write(ref _resumes, clock.GetTimestamp() + (long)(jittered.TotalSeconds * clock.TimestampFrequency));
    }
}
