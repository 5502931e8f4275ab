using System.Runtime.InteropServices;

namespace Fan.Database.Queues;

/// <summary>Tells by this process's own clock which leases of others are over, so that a wall clock that is set takes no message from a consumer that lives. Used by the consumer's loop alone.</summary>
internal sealed class LeaseWatch(TimeSpan leaseTime, TimeProvider clock)
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
            // One that lives renews it every third of its time, whatever its first sight says.
            var wait = left > leaseTime / 2 ? left : leaseTime / 2;
            _overAt.TryAdd(lease, now + (long)(wait.TotalSeconds * clock.TimestampFrequency));
        }
    }
}

/// <summary>A consumer's lease as it was seen; each renewal makes another one.</summary>
/// <param name="Consumer">Whose it is.</param>
/// <param name="Until">When it ends, by the database's clock.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeenLease(long Consumer, long Until);
