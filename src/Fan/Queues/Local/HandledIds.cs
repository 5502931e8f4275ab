namespace Fan.Queues.Local;

/// <summary>The ids of messages that are in the queue or were handled lately. Guarded by the queue's lock.</summary>
internal sealed class HandledIds(TimeProvider clock)
{
    private const int Most = 100_000;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long Until)> _handled = new();

    /// <summary>False where the message came before.</summary>
    public bool Add(string id)
    {
        while (_handled.TryPeek(out var oldest) && (oldest.Until <= clock.GetTimestamp() || _handled.Count > Most))
        {
            _handled.Dequeue();
            _known.Remove(oldest.Id);
        }

        return _known.Add(id);
    }

    /// <summary>Remembers for a while that it was handled.</summary>
    public void Handled(string id, TimeSpan time)
    {
        if (_known.Contains(id)) _handled.Enqueue((id, clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency)));
    }

    public void Forget(string id) => _known.Remove(id);
}
