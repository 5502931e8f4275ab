namespace Fan.Database.Engines;

/// <summary>Who listens to which channel in this process. Safe from any thread.</summary>
internal sealed class ListenerTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Entry>> _entries = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Channels
    {
        get
        {
            lock (_gate) return [.. _entries.Keys];
        }
    }

    /// <summary>Listens until the entry is disposed.</summary>
    public IDisposable Add(string channel, Action ring)
    {
        var entry = new Entry(this, channel, ring);
        lock (_gate)
        {
            if (!_entries.TryGetValue(channel, out var list)) _entries[channel] = list = [];
            list.Add(entry);
        }

        return entry;
    }

    public void Ring(string channel)
    {
        Entry[] entries;
        lock (_gate)
        {
            if (!_entries.TryGetValue(channel, out var list)) return;
            entries = [.. list];
        }

        foreach (var entry in entries) entry.Ring();
    }

    public void RingAll()
    {
        foreach (var channel in Channels) Ring(channel);
    }

    private sealed class Entry(ListenerTable table, string channel, Action ring) : IDisposable
    {
        public Action Ring => ring;

        public void Dispose()
        {
            lock (table._gate)
            {
                if (table._entries.TryGetValue(channel, out var list) && list.Remove(this) && list.Count == 0)
                {
                    table._entries.Remove(channel);
                }
            }
        }
    }
}
