namespace Fan.Brokers;

/// <summary>Pauses that double, with jitter, so that many who lost one server do not come back as one. Not safe for concurrent use.</summary>
internal sealed class BackOff(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private TimeSpan _next = First;

    public void Reset() => _next = First;

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var pause = _next * (0.75 + (Random.Shared.NextDouble() / 2));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
