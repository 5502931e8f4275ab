namespace Fan.Diagnostics;

/// <summary>
/// Whether calls must be seen (somebody listens to spans or durations, or a recording is under way) or may take the direct
/// way. Listeners come and go without a notice, so it looks ten times a second, and whenever <see cref="Check"/> is called. Safe from any
/// thread.
/// </summary>
internal sealed class TelemetryGate : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly FanTelemetry _telemetry;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly List<Action<bool>> _followers = [];
    private int _recordings;
    private bool _open;

    public TelemetryGate(FanTelemetry telemetry, TimeProvider clock)
    {
        _telemetry = telemetry;
        _open = telemetry.HasListeners;
        _timer = clock.CreateTimer(static gate => ((TelemetryGate)gate!).Check(), this, Interval, Interval);
    }

    /// <summary>Whether calls must be seen.</summary>
    public bool IsOpen => Volatile.Read(ref _open);

    /// <summary>Calls <paramref name="changed"/>, under a lock, with the answer now and whenever it changes.</summary>
    public void Follow(Action<bool> changed)
    {
        lock (_gate)
        {
            _followers.Add(changed);
            changed(_open);
        }
    }

    public void Check()
    {
        var wanted = Volatile.Read(ref _recordings) > 0 || _telemetry.HasListeners;
        if (wanted == IsOpen) return;
        lock (_gate)
        {
            wanted = _recordings > 0 || _telemetry.HasListeners;
            if (wanted == _open) return;
            Volatile.Write(ref _open, wanted);
            foreach (var changed in _followers) changed(wanted);
        }
    }

    public void BeginRecording()
    {
        Interlocked.Increment(ref _recordings);
        Check();
    }

    public void EndRecording()
    {
        // The timer closes the gate again: recordings often follow one another.
        Interlocked.Decrement(ref _recordings);
    }

    public void Dispose() => _timer.Dispose();
}
