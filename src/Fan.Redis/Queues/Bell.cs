namespace Fan.Redis.Queues;

/// <summary>Wakes the one task that waits; a ring without one is kept for the next. Safe from any thread.</summary>
internal sealed class Bell
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _rung = New();

    public void Ring()
    {
        lock (_gate) _rung.TrySetResult();
    }

    /// <summary>Ends when it rings, when the time is over, or when cancelled.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        await _rung.Task.WaitAsync(longest, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_rung.Task.IsCompleted) _rung = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
