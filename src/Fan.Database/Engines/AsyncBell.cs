namespace Fan.Database.Engines;

/// <summary>Wakes one waiter; a ring while nobody waits is kept, and many are one. Safe from any thread, for one waiter.</summary>
internal sealed class AsyncBell(TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _rings = new(0, 1);

    public void Ring()
    {
        try
        {
            if (_rings.CurrentCount == 0) _rings.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another one rang at the same moment.
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    /// <summary>Waits for a ring, or until the time is over.</summary>
    public async Task WaitAsync(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            await _rings.WaitAsync(0).ConfigureAwait(false);
            return;
        }

        using var limit = new CancellationTokenSource(time, clock);
        try
        {
            await _rings.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    public void Dispose() => _rings.Dispose();
}
