namespace Fan.Coordination;

/// <summary>
/// A coordination store's tree in the memory of this process; several <see cref="MemoryCoordinationStore"/> sessions share one. Safe from
/// any thread.
/// </summary>
public sealed class MemoryTree
{
    private readonly Lock _gate = new();
    private readonly NodeTable _nodes = new();
    private readonly List<MemoryCoordinationStore> _sessions = [];
    private long _lastSession;

    internal long Join(MemoryCoordinationStore store)
    {
        lock (_gate)
        {
            if (!_sessions.Contains(store)) _sessions.Add(store);
            return ++_lastSession;
        }
    }

    /// <summary>Ends a session: its ephemeral nodes go in one commit.</summary>
    internal void End(long session)
    {
        lock (_gate) Publish(_nodes.RemoveSession(session));
    }

    internal void Leave(MemoryCoordinationStore store)
    {
        lock (_gate) _sessions.Remove(store);
    }

    internal T Read<T>(Func<NodeTable, T> read)
    {
        lock (_gate) return read(_nodes);
    }

    internal IReadOnlyList<StoreResult> Commit(IReadOnlyList<StoreOperation> operations, Func<long> session)
    {
        lock (_gate)
        {
            var (results, events) = _nodes.Apply(operations, session());
            Publish(events);
            return results;
        }
    }

    // Under the gate, so that every watch sees the commits in their order.
    private void Publish(List<StoreEvent> events)
    {
        foreach (var change in events)
        {
            foreach (var session in _sessions) session.Offer(change);
        }
    }
}
