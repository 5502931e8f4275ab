namespace Fan.Brokers;

/// <summary>
/// How far a call is that is served, so that what it worked with is used again only where nobody can be about to cancel it. Safe from any
/// thread.
/// </summary>
internal struct CallPhase
{
    private const int Running = 0;
    private const int Disturbed = 1;
    private const int Ended = 2;

    private int _phase;

    /// <summary>Somebody is about to cancel it, or to answer in its place; false where it has ended.</summary>
    public bool TryDisturb() => Interlocked.CompareExchange(ref _phase, Disturbed, Running) != Ended;

    /// <summary>It ends; false where it was disturbed.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _phase, Ended, Running) == Running;
}
