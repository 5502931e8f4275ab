namespace SwitchBench.Processes;

/// <summary>A clock whose time of day can be set while it runs, as by a bad time server. Time that passes is the machine's.</summary>
internal sealed class SkewedClock : TimeProvider
{
    private long _ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    /// <summary>Sets it so far from the machine's.</summary>
    public void Set(TimeSpan by) => Volatile.Write(ref _ticks, by.Ticks);
}
