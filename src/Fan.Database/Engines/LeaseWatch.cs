using System.Runtime.InteropServices;

namespace Fan.Database.Engines;

/// <summary>
/// Tells by this process's own clock which leases of others are over, so that a wall clock that is set ends none of somebody who lives.
/// Used by one loop alone.
/// </summary>
/// <param name="grace">Within it everybody who lives renews a lease.</param>
/// <param name="clock">Its steps are those of no wall clock.</param>
internal sealed class LeaseWatch(TimeSpan grace, TimeProvider clock)
{
    private readonly Dictionary<SeenLease, long> _overAt = [];

    /// <summary>Those that were over when their time came, and were not renewed before.</summary>
    public IReadOnlyList<SeenLease> Over => [.. _overAt.Where(seen => seen.Value <= clock.GetTimestamp()).Select(seen => seen.Key)];

    /// <summary>Notes what stands in the database, with what is left of each lease.</summary>
    public void Note(IReadOnlyList<(SeenLease Lease, TimeSpan Left)> leases)
    {
        var now = clock.GetTimestamp();
        foreach (var gone in _overAt.Keys.Except(leases.Select(seen => seen.Lease)).ToList()) _overAt.Remove(gone);
        foreach (var (lease, left) in leases)
        {
            // Whatever its first sight says: a clock may just have been set.
            var wait = left > grace ? left : grace;
            _overAt.TryAdd(lease, now + (long)(wait.TotalSeconds * clock.TimestampFrequency));
        }
    }
}

/// <summary>A lease as it was seen; each renewal makes another one.</summary>
/// <param name="Owner">Whose it is.</param>
/// <param name="Until">When it ends, by the database's clock.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeenLease(long Owner, long Until);
