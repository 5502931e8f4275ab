namespace Fan.Coordination;

/// <summary>The pauses between attempts of one owner task: from 100 ms, doubled up to 5 s, with jitter.</summary>
internal sealed class RetryPause(TimeProvider clock)
{
    private int _attempts;

    public void Reset() => _attempts = 0;

    /// <summary>Waits; returns at once, without an error, when cancelled.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(
            Math.Min(5000, 100 * Math.Pow(2, Math.Min(_attempts++, 6)))) * (0.75 + (Random.Shared.NextDouble() / 2));
        await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
