namespace Fan.Queues.Local;

/// <summary>Which message of each key is at work, and which wait behind it. Guarded by the queue's lock.</summary>
internal sealed class KeyOrder
{
    private readonly Dictionary<string, LinkedList<LocalQueueEntry>> _lanes = new(StringComparer.Ordinal);

    /// <summary>Puts a message behind those of its key; true where it leads them, or has no key.</summary>
    public bool Enter(LocalQueueEntry entry)
    {
        if (entry.Message.Key is not { } key || entry.LeadsKey) return true;
        if (!_lanes.TryGetValue(key, out var lane)) _lanes[key] = lane = new LinkedList<LocalQueueEntry>();
        lane.AddLast(entry);
        return entry.LeadsKey = lane.Count == 1;
    }

    /// <summary>Takes a message out; the one that leads its key from now on, if there is another one.</summary>
    public LocalQueueEntry? Leave(LocalQueueEntry entry)
    {
        if (entry.Message.Key is not { } key || !_lanes.TryGetValue(key, out var lane) || !lane.Remove(entry)) return null;
        var led = entry.LeadsKey;
        entry.LeadsKey = false;
        if (lane.First is not { } next)
        {
            _lanes.Remove(key);
            return null;
        }

        if (!led) return null;
        next.Value.LeadsKey = true;
        return next.Value;
    }
}
