namespace Fan.Brokers;

/// <summary>
/// Pauses that double, with jitter, so that many who lost one server do not come back as one. Not safe for concurrent use.
/// </summary>
internal sealed class BackOff(TimeProvider clock, TimeSpan? longest = null)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private readonly TimeSpan _longest = longest ?? TimeSpan.FromSeconds(5);

    private TimeSpan _next = First;

    public void Reset() => _next = First;

    /// <summary>The pause that is due; the next one is longer.</summary>
    public TimeSpan Next()
    {
        var pause = _next * (0.75 + (Random.Shared.NextDouble() / 2));
        _next = _next * 2 < _longest ? _next * 2 : _longest;
        return pause;
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Next(), clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
