
namespace Fan.Database.Queues;

/// <summary>
/// Messages whose ends the database refuses for a reason of their own. They stay in hand, take nobody's place, and are tried again with
/// growing pauses. Used by the consumer's loop alone.
/// </summary>
internal sealed class SetAside(TimeProvider clock)
{
    // Beyond it they take the places of others, so that there is a bound.
    private const int Most = 1000;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Dictionary<TakenMessage, Entry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>How many take no place.</summary>
    public int Placeless => Math.Min(_entries.Count, Most);

    public TimeSpan TimeUntilNext =>
        _entries.Count == 0 ? TimeSpan.MaxValue : clock.GetElapsedTime(clock.GetTimestamp(), _entries.Values.Min(entry => entry.At));

    /// <summary>Those that are to be tried now.</summary>
    public List<Settled> Due => [.. _entries.Values.Where(entry => entry.At <= clock.GetTimestamp()).Select(entry => entry.Settled)];

    public bool Contains(TakenMessage message) => _entries.ContainsKey(message);

    /// <summary>Notes that it was refused; whether that is new.</summary>
    public bool Add(Settled settled)
    {
        var isNew = !_entries.TryGetValue(settled.Message, out var before);
        var pause = isNew ? First : before.Pause * 2 < Longest ? before.Pause * 2 : Longest;
        _entries[settled.Message] = new Entry(settled, pause, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
        return isNew;
    }

    public void Remove(TakenMessage message) => _entries.Remove(message);

    public void Clear() => _entries.Clear();

    private readonly record struct Entry(Settled Settled, TimeSpan Pause, long At);
}
