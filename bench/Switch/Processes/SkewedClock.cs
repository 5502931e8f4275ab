using System.Globalization;

namespace SwitchBench.Processes;

/// <summary>A clock whose time of day can be set while it runs, as by a bad time server. Time that passes is the machine's.</summary>
internal sealed class SkewedClock : TimeProvider
{
    private long _ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    /// <summary>Does what standard input says, <c>skew SECONDS</c>, until that ends or says anything else.</summary>
    public async Task FollowInputAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line && line.Split(' ') is ["skew", var seconds]) Volatile.Write(ref _ticks, TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)).Ticks);
    }
}
